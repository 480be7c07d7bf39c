import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Db } from "../../src/store/engine/session.js";
import { inDraft } from "../../src/store/engine/snapshot.js";
import { assertEachSourceOnce, assertSound } from "../../src/store/facts/invariants.js";
import { activity } from "../support/caliper-samples.js";
import { describeOnEngines, type FreshDatabase, freshDatabase, withStoreOf } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { timeback, timebackJson } from "../support/timeback.js";

const STUDENT = "s1";
const EVENT = "caliper:event:00000000-0000-4000-8000-000000000001";
const OTHER_EVENT = "caliper:event:00000000-0000-4000-8000-000000000002";
const RESULT = "oneroster:assessment_result:r1";

const TWICE: [string, string[]][] = [
  [EVENT, [EVENT, RESULT]],
  [RESULT, [RESULT]],
];
const SOURCE = "fixtures/era-guide-bug/source";

const event = (n: number): string =>
  JSON.stringify(activity({ id: `urn:uuid:00000000-0000-4000-8000-00000000000${n}` }));

describeOnEngines("what must never be", (engine) => {
  let database: FreshDatabase;
  let file: string;

  beforeAll(async () => {
    database = await freshDatabase(engine, "what must never be");
    file = join(await scratchFolder("what must never be"), "events.ndjson");
    writeFileSync(file, `${event(1)}\n`);
    await timebackJson(["ingest", file, "--format", "json"], { env: database.env });
    writeFileSync(file, `${event(1)}\n${event(2)}\n${event(3)}\n`);
  });
  afterAll(() => database.close());

  /** Runs a command while a trigger takes the rows of a table away before they are written. */
  async function whileRowsVanish(table: string, args: string[]) {
    const name = `swallow_${table}`;
    await database.session(async (query) => {
      await query(`create function timeback.${name}() returns trigger language plpgsql as 'begin return null; end'`);
      await query(
        `create trigger ${name} before insert or update or delete on timeback.${table} for each row execute function timeback.${name}()`,
      );
    });
    const run = await timeback(args, { env: database.env });
    await database.query(`drop function timeback.${name}() cascade`);
    return run;
  }

  const landed = () => database.query("select event_id::text as id from timeback.caliper_events order by 1");

  test("an event that does not arrive in its table stops the run, and nothing of its chunk is kept", async () => {
    const run = await whileRowsVanish("caliper_events", ["ingest", file]);
    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toContain("this must never be: 0 of 3 events were landed. Nothing of this step was kept");
    expect(await landed()).toHaveLength(1);
  });

  test("a fact that stays as it was although its records say otherwise stops the run", async () => {
    await database.query("update timeback.processed_facts set xp_earned = 77");
    const run = await whileRowsVanish("processed_facts", ["recompute"]);
    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toContain("0 of 1 facts were updated");
    expect(await timebackJson(["recompute", "--format", "json"], { env: database.env })).toMatchObject({
      facts: { updated: 1 },
    });
  });

  test("a fact that does not arrive in its table stops the ETL, and nothing of its step is kept", async () => {
    await timebackJson(["import", "oneroster", SOURCE, "--format", "json"], { env: database.env });
    const run = await whileRowsVanish("processed_facts", ["etl", "oneroster"]);
    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toMatch(/this must never be: 0 of \d facts were inserted/);
    expect(await database.query("select sourced_id from timeback.assessment_results")).toEqual([]);
  });

  test("a result that does not arrive in its table stops the ETL, and the next one reads it", async () => {
    const run = await whileRowsVanish("assessment_results", ["etl", "oneroster"]);
    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toContain("0 of 2 results were landed");
    const answer = await timebackJson(["etl", "oneroster", "--format", "json"], { env: database.env });
    expect(answer).toMatchObject({ read: 2, changed: 2 });
  });

  /** What is said in a database with these facts, of which the first ones are about to be written. */
  const saidOf = (assertion: (db: Db) => Promise<void>, facts: readonly (readonly [string, string[]])[]) =>
    withStoreOf(database, (store) =>
      inDraft(store, async ({ db }) => {
        await sql`delete from timeback.processed_facts`.execute(db);
        for (const [key, sources] of facts)
          await sql`insert into timeback.processed_facts (student_id, fact_key, event_type, occurred_at, date, time_zone, sources)
              values (${STUDENT}, ${key}, 'ActivityEvent', now(), '2025-01-01', 'UTC', ${sources}::text[])`.execute(db);
        await sql`create temp table fact_differences as select *, false as gone from timeback.processed_facts`.execute(
          db,
        );
        return assertion(db).then(
          () => "sound",
          (error: Error) => error.message,
        );
      }),
    );

  test("facts about to be written name their own record, and share none", async () => {
    expect(await saidOf(assertSound, [[EVENT, []]])).toContain(`the fact ${EVENT} has no source of its own`);
    expect(await saidOf(assertSound, [[EVENT, [OTHER_EVENT]]])).toContain("has no source of its own");
    expect(await saidOf(assertSound, TWICE)).toContain(
      `the fact ${EVENT} and another fact count one record (${RESULT})`,
    );
    expect(await saidOf(assertSound, [[EVENT, [EVENT, RESULT]]])).toBe("sound");
  });

  test("when everything was derived anew, no record is in two facts", async () => {
    expect(await saidOf(assertEachSourceOnce, TWICE)).toContain(`two facts count ${RESULT}`);
    expect(await saidOf(assertEachSourceOnce, [[EVENT, [EVENT, RESULT]]])).toBe("sound");
  });
});
