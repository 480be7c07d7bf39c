import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { audit } from "../../src/pipelines/audit/audit.js";
import { keepCounts } from "../../src/store/audit/calibration/cache.js";
import { listCalibrations } from "../../src/store/audit/calibration/calibrations.js";
import { type FindingFilter, listFindings } from "../../src/store/audit/findings/findings.js";
import type { Session } from "../../src/store/engine/session.js";
import { inDraft, inKeptDraft } from "../../src/store/engine/snapshot.js";
import { factRules } from "../../src/store/runs/settings.js";
import { describeOnEngines, type FreshDatabase, freshDatabase, withStoreOf } from "../support/engines.js";
import { Population } from "../support/population.js";
import { scratchFolder } from "../support/scratch.js";
import { timeback } from "../support/timeback.js";

const STEPS = 16;
const NO_FILTER: FindingFilter = { kinds: null, apps: null, from: null, to: null };

/** A generator of numbers from 0 to 1: the same seed gives the same ones. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

interface Told {
  calibrations: unknown;
  findings: unknown[];
  /** Of how many students links were looked for and found. */
  students: number;
}

async function toldBy(session: Session, student: string): Promise<Told> {
  const findings = [];
  for await (const page of listFindings(session.db)) findings.push(...page);
  const { rows } = await sql<{ n: number }>`
    select count(distinct student_id)::int as n from pg_temp.links`.execute(session.db);
  return {
    calibrations: await listCalibrations(session.db),
    findings: findings.filter(({ studentId }) => studentId === student),
    students: rows[0]?.n ?? 0,
  };
}

/** What an audit of one student says by the kept counts, which it renews; and what an audit of everybody counts anew. */
const bothWays = (
  database: FreshDatabase,
  student: string,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<{ kept: Told; anew: Told }> =>
  withStoreOf(database, async (store) => {
    const anew = await inDraft(store, async (session) => {
      await audit({ session, rules: await factRules(session.db, {}), students: null }, NO_FILTER, () => {});
      return toldBy(session, student);
    });
    const kept = await inKeptDraft(store, async (session) => {
      const rules = await factRules(session.db, {});
      const { toKeep } = await audit({ session, rules, students: [student], keeps: true }, NO_FILTER, () => {});
      const answer = await toldBy(session, student);
      await meanwhile();
      return { answer, keep: toKeep && ((after) => keepCounts(after, toKeep.state, toKeep.totals)) };
    });
    return { kept, anew };
  });

/** Changes of the source, each of about one row in so many. */
const CHANGES: readonly ((one: string) => string)[] = [
  (one) =>
    `update oneroster.assessment_results set metadata = metadata || '{"xp": 3}', date_last_modified = date_last_modified + interval '1 day' where ${one}`,
  (one) =>
    `update oneroster.assessment_results set metadata = metadata - 'xpReason', date_last_modified = date_last_modified + interval '1 day' where ${one}`,
  (one) =>
    `update oneroster.assessment_results set metadata = metadata || '{"multiplier": 0.5, "attempt": 2}', date_last_modified = date_last_modified + interval '1 day' where ${one}`,
  (one) =>
    `update oneroster.assessment_results set status = 'tobedeleted', date_last_modified = date_last_modified + interval '1 day' where ${one}`,
  (one) =>
    `update oneroster.assessment_results set student_sourced_id = (select min(sourced_id) from oneroster.users), date_last_modified = date_last_modified + interval '1 day' where ${one}`,
  (one) =>
    `update oneroster.assessment_results set score_date = score_date + interval '1 minute', date_last_modified = date_last_modified + interval '1 day' where ${one}`,
  (one) =>
    `update oneroster.resources set metadata = metadata || '{"xp": 7}', date_last_modified = date_last_modified + interval '1 day' where ${one}`,
  (one) =>
    `update oneroster.users set metadata = '{"isTestUser": true}', date_last_modified = date_last_modified + interval '1 day' where ${one}`,
  (one) =>
    `update oneroster.users set email = 'x' || email, date_last_modified = date_last_modified + interval '1 day' where ${one}`,
  (one) => `delete from oneroster.assessment_results where ${one}`,
  (one) => `delete from oneroster.assessment_line_items where ${one}`,
];

describeOnEngines("counts that are kept say what counting anew says", (engine) => {
  let database: FreshDatabase;
  let population: Population;
  let chunks: string[][];

  const run = async (...args: string[]) => {
    const { code, stderr } = await timeback([...args, "-q"], { env: database.env });
    expect(code, stderr).toBeLessThanOrEqual(1);
  };

  beforeAll(async () => {
    database = await freshDatabase(engine, "kept-counts");
    population = await Population.simulate(["--students", "9", "--days", "14", "--seed", "5"]);
    const lines = population.text("events.ndjson").trimEnd().split("\n");
    const size = Math.ceil(lines.length / 8);
    chunks = Array.from({ length: 8 }, (_, n) => lines.slice(n * size, (n + 1) * size));
    await run("db", "migrate");
    await run("import", "oneroster", join(population.folder, "source-1"));
  }, 300_000);
  afterAll(() => database?.close());

  /** One load, or one change of about one row in so many of a table. */
  async function change(step: number, random: () => number): Promise<void> {
    const chunk = step % 2 === 0 ? chunks.shift() : undefined;
    if (chunk) {
      const file = join(await scratchFolder("kept-counts"), "events.ndjson");
      writeFileSync(file, `${chunk.join("\n")}\n`);
      await run("ingest", file);
    } else if (step === 9) await run("recompute", "--set", "bank-late=7200");
    else {
      const made = CHANGES[Math.floor(random() * CHANGES.length)] as (typeof CHANGES)[number];
      const digit = Math.floor(random() * 16).toString(16);
      await database.query(made(`substr(md5(sourced_id), 1, 1) = '${digit}' and substr(md5(sourced_id), 3, 1) < '4'`));
      await run("etl", "oneroster", "--full");
    }
  }

  async function someStudent(random: () => number): Promise<string> {
    const students = await database.query("select distinct student_id as id from timeback.caliper_actors order by 1");
    return String(students[Math.floor(random() * students.length)]?.id);
  }

  test("after any load and any change", async () => {
    const random = seeded(7);
    let few = 0;
    for (let step = 0; step < STEPS; step += 1) {
      await change(step, random);
      const student = await someStudent(random);
      const first = await bothWays(database, student);
      expect(first.kept.calibrations, `step ${step}`).toEqual(first.anew.calibrations);
      expect(first.kept.findings, `step ${step}`).toEqual(first.anew.findings);
      if (first.kept.students < first.anew.students) few += 1;
      const second = await bothWays(database, student);
      expect({ ...second.kept, students: 0 }).toEqual({ ...second.anew, students: 0 });
      expect(second.kept.students, "one student is read").toBeLessThanOrEqual(1);
    }
    expect(few, "not all students are read again after every change").toBeGreaterThan(0);
  }, 600_000);

  test.runIf(engine === "postgres")("what changes while an audit counts is counted by the next one", async () => {
    const random = seeded(3);
    const student = await someStudent(random);
    const mark = (id: string | null) =>
      database.query("insert into timeback.calibration_marks (student_id) values ($1)", [id]);
    const marks = () => database.query("select student_id as id from timeback.calibration_marks");
    await mark(student);
    await bothWays(database, student, () => mark(student));
    expect(await marks()).toEqual([{ id: student }]);
    await bothWays(database, student, () => mark(null));
    expect(await marks()).toEqual([{ id: null }]);
    await bothWays(database, student, () =>
      database.query("update timeback.calibration_state set revision = revision + 1"),
    );
    expect(await marks(), "an audit beside another one keeps nothing").toEqual([{ id: null }]);
    await bothWays(database, student);
    expect(await marks()).toEqual([]);
  });
});
