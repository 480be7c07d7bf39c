import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyRow } from "../../src/store/copy/text-rows.js";
import { inSavepoint } from "../../src/store/engine/savepoint.js";
import type { Db, Session } from "../../src/store/engine/session.js";
import { inDraft, withSecondDraft } from "../../src/store/engine/snapshot.js";
import { describeOnEngines, type FreshDatabase, freshDatabase, withStoreOf } from "../support/engines.js";

const FAULT = /division by zero/;

const make = (db: Db, table: string, value: string) =>
  sql`create temp table ${sql.raw(table)} as select ${sql.raw(value)} as n`.execute(db);
const ask = async (db: Db, what: string) =>
  (await sql<{ n: number }>`select ${sql.raw(what)} as n`.execute(db)).rows[0]?.n;

describeOnEngines("a draft", (engine) => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase(engine, "draft");
  });
  afterAll(() => database.close());

  const drafted = <T>(work: (session: Session, second: Session | null) => Promise<T>): Promise<T> =>
    withStoreOf(database, (store) =>
      inDraft(store, (session) => withSecondDraft(store, session, (second) => work(session, second))),
    );

  test("may make tables and fill them, and leaves nothing behind", async () => {
    const found = await drafted(async ({ db, copyIn }) => {
      await make(db, "one", "1");
      const copied = await copyIn("pg_temp.one", ["n"], [copyRow([40])]);
      await sql`create table left_behind as select 1 as n`.execute(db);
      return [copied, await ask(db, "(select sum(n)::int from one)")];
    });
    expect(found).toEqual([1, 41]);
    await expect(drafted(({ db }) => ask(db, "(select n from one)"))).rejects.toThrow(/relation "one" does not exist/);
    expect(await database.query("select to_regclass('left_behind') as there")).toEqual([{ there: null }]);
  });

  test("fails by the first statement that fails, and is rolled back then too", async () => {
    await expect(drafted(async ({ db }) => make(db, "broken", "1 / 0"))).rejects.toThrow(FAULT);
    await expect(drafted(({ db }) => inSavepoint(db, async () => null).then(() => ask(db, "7")))).resolves.toBe(7);
  });

  test("neither of two connections has parallel workers", async () => {
    const workers = `current_setting('max_parallel_workers_per_gather')`;
    const both = await drafted(({ db }, second) => Promise.all([ask(db, workers), second && ask(second.db, workers)]));
    expect(both).toEqual(["0", engine === "postgres" ? "0" : null]);
  });
});
