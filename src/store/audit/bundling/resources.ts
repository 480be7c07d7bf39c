import { sql } from "kysely";
import { isPassiveType, type ResourceRecord, type StudentRecords } from "../../../domain/rules/judging/records.js";
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
}

const SELECT = sql`select sourced_id as id, round(xp * 10000)::bigint::text as xp, activity_type as "activityType",
  resource_type as "resourceType", title from timeback.resources`;

/** Caches landed resources: students share the activities of their school. */
export class ResourceLookup {
  readonly #known = new Map<string, ResourceRecord | null>();
  readonly #db: Db;
  /** Whether all resources are loaded. */
  #isWhole = false;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Loads all resources unless they are too many: for a caller that reads all students. */
  async readAll(): Promise<void> {
    if (this.#isWhole || this.#known.size > 0) return;
    const { rows } = await sql<ResourceRow>`${SELECT} limit ${sql.lit(MOST_KNOWN + 1)}`.execute(this.#db);
    this.#isWhole = rows.length <= MOST_KNOWN;
    if (this.#isWhole) this.#add(rows);
  }

  /** Loads the resources of these activities; valid until the next call. */
  async know({ events, results }: Pick<StudentRecords, "events" | "results">): Promise<void> {
    if (this.#isWhole) return;
    let unknown = this.#unknownOf(events, results);
    if (unknown.length === 0) return;
    if (this.#known.size + unknown.length > MOST_KNOWN) {
      this.#known.clear();
      unknown = this.#unknownOf(events, results);
    }
    for (const key of unknown) this.#known.set(key, null);
    const { rows } = await sql<ResourceRow>`${SELECT} where sourced_id = any(${unknown}::text[])`.execute(this.#db);
    this.#add(rows);
  }

  #add(rows: readonly ResourceRow[]): void {
    for (const { id, xp, activityType, resourceType, title } of rows) {
      const isPassive = isPassiveType(activityType, resourceType);
      this.#known.set(id, { base: xp === null ? null : BigInt(xp), isPassive, title });
    }
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
