import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyRow } from "../../src/store/copy/text-rows.js";
import { inSavepoint } from "../../src/store/engine/savepoint.js";
import type { Db, Session } from "../../src/store/engine/session.js";
import { besideDraft, inDraft } from "../../src/store/engine/snapshot.js";
import { describeOnEngines, type FreshDatabase, freshDatabase, withStoreOf } from "../support/engines.js";

const FAULT = /division by zero/;

const make = (db: Db, table: string, value: string) =>
  sql`create temp table ${sql.raw(table)} as select ${sql.raw(value)} as n`.execute(db);
const ask = async (db: Db, what: string) =>
  (await sql<{ n: number }>`select ${sql.raw(what)} as n`.execute(db)).rows[0]?.n;

describeOnEngines("a draft, which does not wait for its temp tables", (engine) => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase(engine, "draft");
  });
  afterAll(() => database.close());

  const drafted = <T>(work: (session: Session, beside: Session | null) => Promise<T>): Promise<T> =>
    withStoreOf(database, (store) =>
      inDraft(store, (session) => besideDraft(store, session, (beside) => work(session, beside))),
    );

  test("everything is done in the order in which it was asked for", async () => {
    const found = await drafted(async ({ db, copyIn }) => {
      await make(db, "one", "1");
      const one = ask(db, "(select n from one)");
      await make(db, "two", "(select n + 1 from one)");
      const copied = copyIn("pg_temp.two", ["n"], [copyRow([40])]);
      return [await one, await ask(db, "(select sum(n)::int from two)"), await copied];
    });
    expect(found).toEqual([1, 42, 1]);
  });

  test("the fault of a table is thrown by what comes after it, as itself", () =>
    drafted(async ({ db, copyIn }) => {
      await make(db, "one", "1");
      await make(db, "broken", "1 / 0");
      await make(db, "three", "3");
      await expect(ask(db, "1")).rejects.toThrow(FAULT);
      await expect(copyIn("pg_temp.one", ["n"], [copyRow([2])])).rejects.toThrow(FAULT);
    }).then(
      () => expect.unreachable("the draft went on"),
      (error: unknown) => expect(error).toMatchObject({ message: expect.stringMatching(FAULT) }),
    ));

  test("the fault of the last table is not lost", async () => {
    await expect(drafted(async ({ db }) => make(db, "broken", "1 / 0"))).rejects.toThrow(FAULT);
  });

  test("an attempt that is taken back does not take the fault with it", async () => {
    const inVain = ({ db }: Session) => inSavepoint(db, () => make(db, "broken", "1 / 0").then(() => null));
    await expect(drafted(inVain)).rejects.toThrow(FAULT);
    await expect(drafted(({ db }) => inSavepoint(db, async () => null).then(() => ask(db, "7")))).resolves.toBe(7);
  });

  test("what fails first is what is said, whatever was asked for after it", async () => {
    const both = ({ db }: Session) => Promise.all([ask(db, "1 / 0"), make(db, "later", "1")]);
    await expect(drafted(both)).rejects.toThrow(FAULT);
  });

  test("neither of two connections has parallel workers", async () => {
    const workers = `current_setting('max_parallel_workers_per_gather')`;
    const both = await drafted(({ db }, beside) => Promise.all([ask(db, workers), beside && ask(beside.db, workers)]));
    expect(both).toEqual(["0", engine === "postgres" ? "0" : null]);
  });
});
