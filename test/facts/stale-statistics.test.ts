import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { openFindings } from "../../src/store/audit/findings/findings.js";
import { storeAudit } from "../../src/store/audit/findings/stored-audits.js";
import { openPostgres } from "../../src/store/engine/postgres.js";
import { activity } from "../support/caliper-samples.js";
import { engines, freshDatabase } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { timeback, timebackJson } from "../support/timeback.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
const EVENTS = 24_000;
const OLD = EVENTS / 2;
const STUDENTS = 500;
/** What takes longer compares each with each. */
const LONGEST_STATEMENT_MS = 20_000;

const at = (n: number) => new Date(Date.UTC(2025, 0, 1) + n * 60_000).toISOString();
const line = (n: number) => {
  const { object } = activity();
  const id = `7d1f4c2e-0000-4000-8000-${String(n).padStart(12, "0")}`;
  const actor = { id: `https://host/users/u${n % STUDENTS}`, type: "TimebackUser" };
  const resource = { id: `https://host/resources/res_${n}`, name: "Fractions" };
  return `${JSON.stringify(activity({ id, actor, eventTime: at(n), object: { ...object, activity: resource } }))}\n`;
};

describe.skipIf(!hasPostgres)("an ETL right after a load, when statistics know nothing of the newest days", () => {
  test("does not compare each of the new rows with each", async () => {
    const database = await freshDatabase("postgres", "stale");
    const folder = await scratchFolder("stale");
    const ingest = async (name: string, from: number, to: number) => {
      const file = join(folder, name);
      await writeFile(file, Array.from({ length: to - from }, (_, i) => line(from + i)).join(""));
      await timebackJson(["ingest", file, "--format", "json"], { env: database.env });
    };
    try {
      await timeback(["db", "migrate"], { env: database.env });
      for (const table of ["caliper_events", "processed_facts"])
        await database.query(`alter table timeback.${table} set (autovacuum_enabled = false)`);
      await ingest("old.ndjson", 0, OLD);
      await database.query("analyze timeback.caliper_events, timeback.processed_facts");
      await ingest("new.ndjson", OLD, EVENTS - 1);
      await database.query(
        `insert into oneroster.assessment_results (sourced_id, status, date_last_modified, metadata, assessment_line_item_sourced_id,
           student_sourced_id, score, score_date, score_status)
         select 'r' || n, 'active', told, '{"xp": 9}', 'res_' || n || '_ali', 'u' || n % ${STUDENTS}, 80, told, 'fully graded'
         from generate_series(${OLD}, ${EVENTS - 2}) n
         cross join lateral (select timestamp '2025-01-01' + n * interval '1 minute') as at(told)`,
      );
      const url = new URL(String(database.env.DATABASE_URL));
      url.searchParams.set("options", `-c statement_timeout=${LONGEST_STATEMENT_MS}`);
      const env = { ...database.env, DATABASE_URL: url.href };
      expect(await timebackJson(["etl", "oneroster", "--format", "json"], { env })).toMatchObject({
        changed: OLD - 1,
        facts: { inserted: 0, updated: OLD - 1, deleted: 0 },
      });
    } finally {
      await database.close();
    }
  });
});

const FINDINGS = 120_000;
const NOTHING = { students: 0, facts: 0, countedXp: "0", inflationXp: "0", trueXp: "0" };

describe.skipIf(!hasPostgres)("the first audit that is stored, when statistics know that none was before", () => {
  test("does not look through its own findings for each of them", async () => {
    const database = await freshDatabase("postgres", "stale");
    await timeback(["db", "migrate"], { env: database.env });
    await database.query("vacuum analyze timeback.findings");
    const store = openPostgres({ url: String(database.env.DATABASE_URL), max: 1, applicationName: "test" });
    try {
      await store.withSession(async (session) => {
        const { db } = session;
        await sql`set statement_timeout = ${sql.lit(LONGEST_STATEMENT_MS)}`.execute(db);
        await openFindings(db);
        await sql`
          insert into pg_temp.findings select n::text, 'bundled-xp', 0, 'confirmed', 0, 's' || n % 1000, null, null, null, 'said', 9, 3, 6, false, '{}'
          from generate_series(1, ${sql.lit(FINDINGS)}) n`.execute(db);
        const verdicts = { confirmed: FINDINGS, probable: 0, suspected: 0 };
        const command = { command: "audit", arguments: [], user: "test", version: "test" };
        await storeAudit(session, command, { runId: randomUUID(), seconds: 1, totals: NOTHING, verdicts });
      });
      expect(await database.query("select count(*)::int as stored from timeback.findings")).toEqual([
        { stored: FINDINGS },
      ]);
    } finally {
      await store.close();
      await database.close();
    }
  });
});
