import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { defaultLimits } from "../../src/domain/values/input-limits.js";
import { ingest } from "../../src/pipelines/caliper/ingest.js";
import { recompute } from "../../src/pipelines/facts/recompute.js";
import { runEtl } from "../../src/pipelines/oneroster/etl.js";
import type { Store } from "../../src/store/engine/session.js";
import type { FactScope } from "../../src/store/facts/fact-scope.js";
import type { FactChanges } from "../../src/store/facts/update-facts.js";
import { type Run, withRun } from "../../src/store/runs/runs.js";
import { type RequestedSettings, storeSettings } from "../../src/store/runs/settings.js";
import { inspectSource } from "../../src/store/source/inspect.js";
import type { OracleFact } from "./oracle.js";
import { createSource, emptySource, SCHEMA, statementOf } from "./source-tables.js";
import { type CaliperEvent, eventText, type Mutation, type World } from "./world.js";

/** Landed rows, history, facts: what a run without new input must leave as it is. Table → what of it is compared. */
const KEPT: Record<string, string> = {
  processed_facts: "t::text",
  caliper_payloads: "t::text",
  caliper_events: "t::text",
  caliper_actors: "t::text",
  users: "t::text",
  courses: "t::text",
  course_components: "t::text",
  resources: "t::text",
  component_resources: "t::text",
  assessment_line_items: "t::text",
  assessment_results: "t::text",
  assessment_result_versions: "t::text",
  settings: "t::text",
  watermarks: "t::text",
  caliper_conflicts: "concat_ws(' ', event_id, digest, payload, first_seen)",
  rejects: "id",
};
const FORGOTTEN = ["runs", "ingest_checkpoints"];

/** A database that is emptied and used again for every trial; the program's own pipelines work on it. */
export class Lab {
  private files = 0;

  private constructor(
    readonly name: string,
    private readonly store: Store,
    private readonly folder: string,
  ) {}

  /** Takes a migrated store. */
  static async on(name: string, store: Store, folder: string): Promise<Lab> {
    await sql.raw(createSource).execute(store.db);
    return new Lab(name, store, folder);
  }

  /** Forgets everything. */
  async reset(): Promise<void> {
    const deletions = [...Object.keys(KEPT), ...FORGOTTEN].map((table) => `delete from timeback.${table}`);
    await sql.raw([...deletions, emptySource].join("; ")).execute(this.store.db);
  }

  async ingest(
    world: World,
    events: readonly CaliperEvent[],
    form: "lines" | "envelope" | "list",
  ): Promise<FactChanges> {
    this.files += 1;
    const file = join(this.folder, `${this.files}.ndjson`);
    const texts = events.map(eventText);
    const lines = { lines: texts.join("\n"), envelope: `{"sensor":"s","data":[${texts}]}`, list: `[${texts}]` };
    await writeFile(file, texts.length === 0 ? "" : lines[form]);
    const request = {
      inputs: [{ name: file, from: file }],
      chunkRecords: 1000,
      chunkBytes: 1 << 20,
      limits: { ...defaultLimits, maxLineBytes: 1 << 20 },
      stop() {},
      progress() {},
    };
    const summary = await this.run(async (run) =>
      ingest(run, await storeSettings(run.session.db, settingsOf(world)), request),
    );
    if (summary.rejected > 0) throw new Error(`${summary.rejected} of the generated events were rejected`);
    return summary.facts;
  }

  /** `first` is the number of the first of these mutations in their world. */
  async mutate(mutations: readonly Mutation[], first: number): Promise<void> {
    const statements = mutations.map((mutation, at) => statementOf(mutation, first + at));
    if (statements.length > 0) await sql.raw(statements.join("; ")).execute(this.store.db);
  }

  async etl(world: World, { full, pageRows }: { full: boolean; pageRows: number }): Promise<FactChanges> {
    const sizes = { page: pageRows, first: 2 * pageRows, batch: 3 * pageRows };
    const rows = { results: sizes, reference: sizes };
    const request = { full, rows, since: null, overlapSeconds: 7 * 86_400, stop() {}, progress() {} };
    const summary = await this.run(async (run) => {
      const source = await inspectSource(run.session, SCHEMA);
      return runEtl(run, source, await storeSettings(run.session.db, settingsOf(world)), request);
    });
    return summary.facts;
  }

  async recompute(world: World, scope: FactScope): Promise<FactChanges> {
    const { inserted, updated, deleted } = (await this.run((run) => recompute(run, scope, settingsOf(world)))).facts;
    return { inserted, updated, deleted };
  }

  private run<T>(work: (run: Run) => Promise<T>): Promise<T> {
    return withRun(this.store, { command: "trial", version: "0", user: "", arguments: [], lockWaitSeconds: 0 }, work);
  }

  async facts(): Promise<OracleFact[]> {
    const { rows } = await sql<OracleFact>`
      select student_id, fact_key, event_type, email, date, activity_id, attempt, xp_earned, active_seconds, waste_seconds,
        xp_source, link_rule, sources
      from timeback.processed_facts order by student_id collate "C", fact_key collate "C"`.execute(this.store.db);
    return rows;
  }

  async checksum(): Promise<string> {
    const { rows } = await sql<{ checksum: string }>`select checksum from timeback.facts_checksum`.execute(
      this.store.db,
    );
    return rows[0]?.checksum ?? "";
  }

  /** Every kept row with its version in the database: a row that was written again, even with equal content, shows. */
  async snapshot(): Promise<unknown> {
    const selects = Object.entries(KEPT).map(([table, content]) => {
      const version = table === "caliper_conflicts" || table === "rejects" ? "''" : "t.xmin::text";
      return `select '${table}' as kept, ${version} as version, ${content} as content from timeback.${table} t`;
    });
    return (await sql.raw(`${selects.join(" union all ")} order by 1, 3`).execute(this.store.db)).rows;
  }

  close(): Promise<void> {
    return this.store.close();
  }
}

const settingsOf = ({ zone, linkWindowSeconds, testUsers }: World): RequestedSettings => ({
  zone,
  "link-window": String(linkWindowSeconds),
  "test-users": testUsers,
});
