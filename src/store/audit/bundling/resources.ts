import { sql } from "kysely";
import { minuteOf, minutesOfJobs } from "../../../domain/rules/judging/base-xp.js";
import {
  isPassiveType,
  type ResourceRecord,
  SECOND,
  type StudentRecords,
} from "../../../domain/rules/judging/records.js";
import type { Db } from "../../engine/session.js";

/** Most activities held in memory. */
const MOST_KNOWN = 50_000;

interface ResourceRow {
  id: string;
  /** In ten-thousandths. */
  xp: string | null;
  activityType: string | null;
  resourceType: string | null;
  title: string | null;
  since: number | null;
  /** Amounts in ten-thousandths, instants in seconds. */
  earlier: [xp: number | null, since: number | null][] | null;
}

const SELECT = sql`select sourced_id as id, round(xp * 10000)::bigint::text as xp, activity_type as "activityType",
  resource_type as "resourceType", title, date_part('epoch', xp_since) as since,
  (
    select json_agg(json_build_array(round(v.xp * 10000)::bigint, date_part('epoch', v.xp_since)) order by v.version)
    from timeback.resource_versions v where v.sourced_id = resources.sourced_id) as earlier from timeback.resources`;

const microsOrNull = (seconds: number | null) => (seconds === null ? null : Math.round(seconds * SECOND));

/** Caches landed resources: students share the activities of their school. */
export class ResourceLookup {
  readonly #known = new Map<string, ResourceRecord | null>();
  readonly #db: Db;
  /** Whether all resources are loaded. */
  #isWhole = false;
  /** The minutes in which many resources were modified; null until they are looked up. */
  #touched: ReadonlySet<number | null> | null = null;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Loads all resources unless they are too many: for a caller that reads all students. */
  async readAll(): Promise<void> {
    if (this.#isWhole || this.#known.size > 0) return;
    await this.#findTouched();
    const { rows } = await sql<ResourceRow>`${SELECT} limit ${sql.lit(MOST_KNOWN + 1)}`.execute(this.#db);
    this.#isWhole = rows.length <= MOST_KNOWN;
    if (this.#isWhole) this.#add(rows);
  }

  /** Loads the resources of these activities; they stay known until the next call. */
  async know({
    events,
    results,
    histories,
    spent,
  }: Omit<StudentRecords, "student" | "links" | "resource">): Promise<void> {
    if (this.#isWhole) return;
    await this.#findTouched();
    let unknown = this.#unknownOf(events, results, histories, spent);
    if (unknown.length === 0) return;
    if (this.#known.size + unknown.length > MOST_KNOWN) {
      this.#known.clear();
      unknown = this.#unknownOf(events, results, histories, spent);
    }
    for (const key of unknown) this.#known.set(key, null);
    const { rows } = await sql<ResourceRow>`${SELECT} where sourced_id = any(${unknown}::text[])`.execute(this.#db);
    this.#add(rows);
  }

  async #findTouched(): Promise<void> {
    if (this.#touched !== null) return;
    const { rows } = await sql<{ at: number | null; n: number }>`
      select date_part('epoch', date_trunc('minute', xp_since)) as at, count(*)::int as n from timeback.resources group by 1`.execute(
      this.#db,
    );
    this.#touched = minutesOfJobs(new Map(rows.map(({ at, n }) => [minuteOf(microsOrNull(at)), n])));
  }

  #add(rows: readonly ResourceRow[]): void {
    for (const { id, xp, activityType, resourceType, title, since, earlier } of rows)
      this.#known.set(id, {
        base: xp === null ? null : BigInt(xp),
        since: microsOrNull(since),
        earlier: (earlier ?? []).map(([paid, from]) => ({
          xp: paid === null ? null : BigInt(paid),
          since: microsOrNull(from),
        })),
        isTouchedWithMany: this.#touched?.has(minuteOf(microsOrNull(since))) ?? false,
        isPassive: isPassiveType(activityType, resourceType),
        title,
      });
  }

  #unknownOf(...lists: readonly (readonly { activityKey: string | null }[])[]): string[] {
    const unknown = new Set<string>();
    for (const list of lists)
      for (const { activityKey } of list)
        if (activityKey !== null && !this.#known.has(activityKey)) unknown.add(activityKey);
    return [...unknown];
  }

  /** The resource of a loaded activity; null if there is none. */
  readonly of = (activityKey: string | null): ResourceRecord | null =>
    activityKey === null ? null : (this.#known.get(activityKey) ?? null);
}
