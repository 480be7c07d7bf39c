import { minuteOf, minutesOfJobs } from "../../domain/rules/judging/base-xp.js";
import type { LinkableResult } from "../../domain/rules/judging/links.js";
import {
  isPassiveType,
  type Micros,
  type ResourceRecord,
  type ResultHistory,
  type ResultReading,
} from "../../domain/rules/judging/records.js";
import { SoleOwners } from "../../domain/rules/judging/sole-owners.js";
import { multiplierFromText } from "../../domain/rules/own-xp.js";
import type { EvidenceTable, SourceRow } from "./records.js";
import { eventRefs, instantOf, isActive, metadataOf, numberOf, textOf, wholeOf, XP_KEYS, xpOf } from "./row-values.js";

interface LineItem {
  isChild: boolean;
  courseId: string | null;
  component: string | null;
  componentResource: string | null;
}

/** Where a component resource leads. */
interface ComponentResource {
  component: string | null;
  resource: string | null;
}

/** A result and its readings so far. */
interface ReadResult {
  /** Its last reading; null if that does not count: not active, or of a child line item. */
  record: LinkableResult | null;
  /** Its last reading, whatever it is. */
  last: LinkableResult | null;
  isOfChild: boolean;
  readings: ResultReading[];
}

/** The evidence that OneRoster tables hold for the requested students. Add rows in the order of EVIDENCE_TABLES. */
export class Evidence {
  /** Active users by email. */
  readonly usersByEmail = new SoleOwners();
  /** Emails of all users, by id. */
  readonly users = new Map<string, string | null>();
  private readonly read = new Map<string, Omit<ResourceRecord, "isTouchedWithMany">>();
  /** The minutes in which many resources were modified. */
  private touched: ReadonlySet<number | null> | null = null;
  private readonly results = new Map<string, Map<string, ReadResult>>();
  /** Whether results were given: banked XP then comes from them. */
  hasResults = false;
  /** Whether resources were given: base XP is known only then. */
  hasResources = false;
  /** The course of each component. */
  private readonly courseOfComponent = new Map<string, string | null>();
  private readonly componentResources = new Map<string, ComponentResource>();
  private readonly lineItems = new Map<string, LineItem>();

  /** Results of students for whom `concerns` is false are dropped. */
  constructor(private readonly concerns: (student: string) => boolean) {}

  /** Whether the user with this id has one of these emails. */
  hasEmailOf(id: string, emails: ReadonlySet<string>): boolean {
    const email = this.users.get(id);
    return email !== undefined && email !== null && emails.has(email);
  }

  add(table: EvidenceTable, row: SourceRow): void {
    const id = row.get("sourced_id") ?? "";
    if (table === "users") this.addUser(id, row);
    else if (table === "resources") this.addResource(id, row);
    else if (table === "course_components") this.courseOfComponent.set(id, textOf(row.get("course_sourced_id")));
    else if (table === "component_resources") this.componentResources.set(id, componentResourceOf(row));
    else if (table === "assessment_line_items") this.lineItems.set(id, lineItemOf(row));
    else this.addResult(id, row);
  }

  private addResource(id: string, row: SourceRow): void {
    this.hasResources = true;
    const read = resourceOf(row);
    const before = this.read.get(id);
    if (before === undefined) this.read.set(id, read);
    else if (before.base === read.base) this.read.set(id, { ...read, since: before.since, earlier: before.earlier });
    else {
      const earlier = [...before.earlier, { xp: before.base, since: before.since }];
      this.read.set(id, { ...read, earlier });
    }
  }

  /** The resource of an activity; null where none was read. Only when all were read. */
  resource(id: string | null): ResourceRecord | null {
    const read = this.read.get(id ?? "");
    if (read === undefined) return null;
    this.touched ??= touchedTogether(this.read.values());
    return { ...read, isTouchedWithMany: this.touched.has(minuteOf(read.since)) };
  }

  private addUser(id: string, row: SourceRow): void {
    const email = row.get("email")?.toLowerCase();
    this.users.set(id, email ?? null);
    if (isActive(row) && email !== undefined) this.usersByEmail.add(email, id);
  }

  /**
   * A row with a known id is a later reading, which replaces the earlier one. Inactive results and those of child line items are not
   * evidence.
   */
  private addResult(sourcedId: string, row: SourceRow): void {
    this.hasResults = true;
    const student = row.get("student_sourced_id") ?? "";
    if (!this.concerns(student)) return;
    const results = this.results.get(student) ?? new Map<string, ReadResult>();
    const read = results.get(sourcedId) ?? { record: null, last: null, isOfChild: false, readings: [] };
    const record = this.resultOf(sourcedId, row);
    const before = read.readings.at(-1);
    const xpSince = before?.xp === record.xp ? before.xpSince : instantOf(row.get("date_last_modified"));
    read.last = { ...record, xpSince };
    read.isOfChild = this.lineItems.get(record.lineItem)?.isChild ?? false;
    if (isActive(row)) read.readings.push(read.last);
    read.record = isActive(row) && !read.isOfChild ? read.last : null;
    results.set(sourcedId, read);
    this.results.set(student, results);
  }

  /** The results of one student, by id. */
  resultsOf(student: string): LinkableResult[] {
    const results = [...(this.results.get(student)?.values() ?? [])].flatMap(({ record }) => record ?? []);
    return results.sort((a, b) => (a.sourcedId < b.sourcedId ? -1 : 1));
  }

  /** The results of one student that changed, or are not active any more. */
  historiesOf(student: string): ResultHistory[] {
    return [...(this.results.get(student)?.values() ?? [])].flatMap(({ record, last, isOfChild, readings }) =>
      last === null || isOfChild || (record !== null && readings.length < 2) ? [] : [{ ...placeOf(last), readings }],
    );
  }

  /** Whether a result names this student. */
  hasStudent(student: string): boolean {
    return this.results.has(student);
  }

  private resultOf(sourcedId: string, row: SourceRow): LinkableResult {
    const metadata = metadataOf(row);
    const item = row.get("assessment_line_item_sourced_id") ?? "";
    const lineItem = this.lineItems.get(item);
    const place = this.componentResources.get(lineItem?.componentResource ?? "");
    const component = lineItem?.component ?? place?.component ?? "";
    const isDay = row.get("score_date_is_day") === "true";
    const multiplier = numberOf(metadata.multiplier);
    return {
      sourcedId,
      lineItem: item,
      activityKey: place?.resource ?? item.replace(/_ali$/, ""),
      courseId: textOf(metadata.courseSourcedId) ?? lineItem?.courseId ?? this.courseOfComponent.get(component) ?? null,
      scoredAt: isDay ? null : instantOf(row.get("score_date")),
      day: isDay ? (row.get("score_date") ?? "").slice(0, "2025-03-01".length) : null,
      endedAt: instantOf(metadata.endedAt),
      completedAt: instantOf(metadata.completedAt),
      xpSince: null,
      xp: XP_KEYS.map((key) => xpOf(metadata[key])).find((xp) => xp !== null) ?? null,
      multiplier: multiplier === null ? null : multiplierFromText(multiplier),
      attempt: wholeOf(metadata.attempt),
      total: xpOf(metadata.totalQuestions),
      correct: xpOf(metadata.correctQuestions),
      reason: textOf(metadata.xpReason),
      eventRefs: eventRefs(sourcedId, metadata),
    };
  }
}

const placeOf = ({ sourcedId, activityKey, courseId }: LinkableResult) => ({ sourcedId, activityKey, courseId });

function touchedTogether(resources: Iterable<{ since: Micros | null }>): ReadonlySet<number | null> {
  const modified = new Map<number | null, number>();
  for (const { since } of resources) modified.set(minuteOf(since), (modified.get(minuteOf(since)) ?? 0) + 1);
  return minutesOfJobs(modified);
}

function resourceOf(row: SourceRow): Omit<ResourceRecord, "isTouchedWithMany"> {
  const { xp, khanActivityType, type } = metadataOf(row);
  return {
    base: xpOf(xp),
    since: instantOf(row.get("date_last_modified")),
    earlier: [],
    isPassive: isPassiveType(textOf(khanActivityType), textOf(type)),
    title: row.get("title") ?? null,
  };
}

const lineItemOf = (row: SourceRow): LineItem => ({
  isChild: row.has("parent_sourced_id"),
  courseId: row.get("course_sourced_id") ?? null,
  component: row.get("component_sourced_id") ?? null,
  componentResource: row.get("component_resource_sourced_id") ?? null,
});

const componentResourceOf = (row: SourceRow): ComponentResource => ({
  component: row.get("component_sourced_id") ?? null,
  resource: row.get("resource_sourced_id") ?? null,
});
