import type { AuditRules } from "../../domain/rules/audit-rules.js";
import { multiplierFromText } from "../../domain/rules/own-xp.js";
import { decimalText } from "../../domain/values/decimal.js";
import { readInstant } from "../../domain/values/instant.js";
import { ONE_XP, type Xp, xpFromText } from "../../domain/values/xp.js";
import { millisOf } from "./event-note.js";
import type { EvidenceTable, SourceRow } from "./records.js";
import { SoleOwners } from "./sole-owners.js";

/** What a result says, as far as it is evidence. Instants in milliseconds. */
export interface ResultNote {
  sourcedId: string;
  student: string;
  lineItem: string;
  activityKey: string;
  courseId: string | null;
  /** Null where the score date is a day without time. */
  scoredAt: number | null;
  /** The day of a score date without time. */
  day: string | null;
  endedAt: number | null;
  completedAt: number | null;
  xp: Xp | null;
  multiplier: bigint | null;
  attempt: number | null;
  total: Xp | null;
  correct: Xp | null;
  /** The result says that its XP was banked. */
  isBanked: boolean;
  hasReason: boolean;
  /** `date_last_modified` of the first reading that showed XP after one that showed 0; null where none did. */
  roseAt: number | null;
  eventRefs: readonly EventRef[];
}

/** An event that a result names: 0 as its own id, 1 as `caliperSourcedId`, 2 among `relatedCaliperEvents`. */
export interface EventRef {
  eventId: string;
  form: number;
}

/** A resource: what its activity pays, and whether it is watched or read. */
export interface ResourceNote {
  base: Xp | null;
  isPassive: boolean;
  title: string | null;
}

/** A status in any case; a row that names none is active. */
const isActive = (row: SourceRow): boolean => (row.get("status") ?? "active").toLowerCase() === "active";

const XP_KEYS = ["xp", "xpEarned", "timeback.xp"];
const LIMIT = 1_000_000_000n * ONE_XP;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PASSIVE = new Set(["article", "video"]);

type Metadata = Readonly<Record<string, unknown>>;

function metadataOf(row: SourceRow): Metadata {
  const value: unknown = JSON.parse(row.get("metadata") ?? "null");
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Metadata) : {};
}

const textOf = (value: unknown): string | null => {
  const text = typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
  return text === "" ? null : text;
};

/** A finite number, or the text of one. docs/oneroster.md, "XP". */
function numberOf(value: unknown): string | null {
  const text = textOf(value);
  const decimal = text === null ? null : decimalText(text);
  if (decimal === null) return null;
  const size = xpFromText(decimal);
  return size <= LIMIT && size >= -LIMIT ? decimal : null;
}

const xpOf = (value: unknown): Xp | null => {
  const decimal = numberOf(value);
  return decimal === null ? null : xpFromText(decimal);
};

function instantOf(value: unknown): number | null {
  const text = textOf(value)?.replace(" ", "T");
  if (text === undefined) return null;
  const reading = [text, `${text}Z`].map(readInstant).find(({ ok }) => ok);
  return reading?.ok ? millisOf(reading.instant) : null;
}

const eventIdOf = (value: unknown): string[] => {
  const bare = textOf(value)
    ?.replace(/^urn:uuid:/i, "")
    .toLowerCase();
  return bare !== undefined && UUID.test(bare) ? [bare] : [];
};

/** The events that a result names, each with the form of rule L1 that names it: 0 is the strongest. docs/facts.md, "Links". */
function eventRefs(sourcedId: string, { caliperSourcedId, relatedCaliperEvents }: Metadata): EventRef[] {
  const related = Array.isArray(relatedCaliperEvents) ? relatedCaliperEvents : [];
  const own = sourcedId.startsWith("caliper_") ? sourcedId.slice("caliper_".length) : null;
  const forms = [[own], [caliperSourcedId], related];
  return forms.flatMap((values, form) => values.flatMap(eventIdOf).map((eventId) => ({ eventId, form })));
}

const wholeOf = (value: unknown): number | null => {
  const text = textOf(value);
  return text !== null && /^\d{1,6}(\.0{1,20})?$/.test(text) ? Number(text) : null;
};

/** What events are judged by. */
export interface Ground {
  evidence: Evidence;
  rules: AuditRules;
}

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

/** A result in its last reading, and what the readings before it showed. */
interface ReadResult {
  /** Null where the last reading is no evidence: not active, or of a child line item. */
  note: ResultNote | null;
  sawZero: boolean;
  roseAt: number | null;
}

/** What the rows of OneRoster tables say of the students asked for. Rows must come in the order of EVIDENCE_TABLES. */
export class Evidence {
  /** Active users by email. */
  readonly usersByEmail = new SoleOwners();
  /** Every user, with the email. */
  readonly users = new Map<string, string | null>();
  readonly resources = new Map<string, ResourceNote>();
  private readonly results = new Map<string, Map<string, ReadResult>>();
  /** Whether results were read at all: then banked XP is theirs. */
  hasResults = false;
  /** Whether resources were read at all: then it is known what activities pay. */
  hasResources = false;
  /** The course of each component. */
  private readonly courseOfComponent = new Map<string, string | null>();
  private readonly componentResources = new Map<string, ComponentResource>();
  private readonly lineItems = new Map<string, LineItem>();

  /** `concerns` says whether results of a student are of interest: all others are let go. */
  constructor(private readonly concerns: (student: string) => boolean) {}

  /** Whether one of these emails is that of a user of this id. */
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
    this.resources.set(id, resourceOf(row));
  }

  private addUser(id: string, row: SourceRow): void {
    const email = row.get("email")?.toLowerCase();
    this.users.set(id, email ?? null);
    if (isActive(row) && email !== undefined) this.usersByEmail.add(email, id);
  }

  /** A result that is read again is a later reading of it: the last one stands. Results that are not active and those of child line items prove nothing. */
  private addResult(sourcedId: string, row: SourceRow): void {
    this.hasResults = true;
    const student = row.get("student_sourced_id") ?? "";
    if (!this.concerns(student)) return;
    const results = this.results.get(student) ?? new Map<string, ReadResult>();
    const before = results.get(sourcedId) ?? { note: null, sawZero: false, roseAt: null };
    const now = this.resultOf(sourcedId, student, row);
    const rises = before.roseAt === null && before.sawZero && (now.xp ?? 0n) > 0n;
    now.roseAt = rises ? instantOf(row.get("date_last_modified")) : before.roseAt;
    const isEvidence = isActive(row) && !this.lineItems.get(now.lineItem)?.isChild;
    results.set(sourcedId, {
      note: isEvidence ? now : null,
      sawZero: before.sawZero || now.xp === 0n,
      roseAt: now.roseAt,
    });
    this.results.set(student, results);
  }

  /** The results of one student, in the order of their ids. */
  resultsOf(student: string): ResultNote[] {
    const results = [...(this.results.get(student)?.values() ?? [])].flatMap(({ note }) => note ?? []);
    return results.sort((a, b) => (a.sourcedId < b.sourcedId ? -1 : 1));
  }

  /** Whether a result names this student. */
  hasStudent(student: string): boolean {
    return this.results.has(student);
  }

  private resultOf(sourcedId: string, student: string, row: SourceRow): ResultNote {
    const metadata = metadataOf(row);
    const item = row.get("assessment_line_item_sourced_id") ?? "";
    const lineItem = this.lineItems.get(item);
    const place = this.componentResources.get(lineItem?.componentResource ?? "");
    const component = lineItem?.component ?? place?.component ?? "";
    const isDay = row.get("score_date_is_day") === "true";
    const multiplier = numberOf(metadata.multiplier);
    return {
      sourcedId,
      student,
      lineItem: item,
      activityKey: place?.resource ?? item.replace(/_ali$/, ""),
      courseId: textOf(metadata.courseSourcedId) ?? lineItem?.courseId ?? this.courseOfComponent.get(component) ?? null,
      scoredAt: isDay ? null : instantOf(row.get("score_date")),
      day: isDay ? (row.get("score_date") ?? "").slice(0, "2025-03-01".length) : null,
      endedAt: instantOf(metadata.endedAt),
      completedAt: instantOf(metadata.completedAt),
      xp: XP_KEYS.map((key) => xpOf(metadata[key])).find((xp) => xp !== null) ?? null,
      multiplier: multiplier === null ? null : multiplierFromText(multiplier),
      attempt: wholeOf(metadata.attempt),
      total: xpOf(metadata.totalQuestions),
      correct: xpOf(metadata.correctQuestions),
      isBanked: textOf(metadata.xpReason)?.toLowerCase() === "banked xp",
      hasReason: textOf(metadata.xpReason) !== null,
      roseAt: null,
      eventRefs: eventRefs(sourcedId, metadata),
    };
  }
}

function resourceOf(row: SourceRow): ResourceNote {
  const { xp, khanActivityType, type } = metadataOf(row);
  const isPassive = [khanActivityType, type].some((kind) => PASSIVE.has(textOf(kind)?.toLowerCase() ?? ""));
  return { base: xpOf(xp), isPassive, title: row.get("title") ?? null };
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
