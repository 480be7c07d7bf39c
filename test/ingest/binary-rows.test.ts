import fc from "fast-check";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { BinaryRows, type BinaryType, type BinaryValue, withNumber } from "../../src/store/copy/binary-rows.js";
import { copyRow } from "../../src/store/copy/text-rows.js";
import { openPostgres } from "../../src/store/engine/postgres.js";
import type { Session, Store } from "../../src/store/engine/session.js";
import { describeOnEngines, type FreshDatabase, freshDatabase } from "../support/engines.js";
import { borrowStore } from "../support/kept-stores.js";

const COLUMNS = {
  id: "uuid",
  place: "int8",
  attempt: "int4",
  flag: "bool",
  amount: "numeric",
  at: "instant",
  name: "text",
} as const satisfies Record<string, BinaryType>;
const NAMES = Object.keys(COLUMNS);
const TYPES = Object.values(COLUMNS);
const declared = NAMES.map((name, n) => `${name} ${TYPES[n] === "instant" ? "timestamptz" : TYPES[n]}`).join(", ");

const digits = fc.stringMatching(/^(0|[1-9]\d{0,20})$/);
const decimal = fc
  .tuple(fc.constantFrom("", "-"), digits, fc.stringMatching(/^(|\.\d{0,19}[1-9])$/))
  .map((parts) => parts.join(""))
  .filter((text) => text !== "-0");
const instant = fc
  .tuple(fc.date({ min: new Date("1900-01-01Z"), max: new Date("2999-12-31Z"), noInvalidDate: true }), fc.nat(999))
  .map(([date, micros]) => date.toISOString().replace("Z", `${String(micros).padStart(3, "0")}Z`));
const value: { [Column in keyof typeof COLUMNS]: fc.Arbitrary<BinaryValue> } = {
  id: fc.uuid(),
  place: fc.oneof(fc.integer(), fc.maxSafeInteger()),
  attempt: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  flag: fc.boolean(),
  amount: decimal,
  at: instant,
  name: fc.string({ unit: "grapheme", maxLength: 150 }).filter((text) => !text.includes("\0")),
};
const row = fc.tuple(...Object.values(value).map((each) => fc.option(each, { freq: 8 })));

const EDGES: BinaryValue[] = [
  "0",
  "-1",
  "10000",
  "9999",
  "0.0001",
  "-0.00005",
  "12345.6789",
  "100000000",
  "9".repeat(40),
];

/** The first and the last, and those around a word of microseconds (2 ** 32) before and after 2000. */
const INSTANTS = [
  "1900-01-01T00:00:00.000000Z",
  "1999-12-31T22:48:25.032703Z",
  "1999-12-31T22:48:25.032704Z",
  "1999-12-31T23:59:59.999999Z",
  "2000-01-01T01:11:34.967295Z",
  "2000-01-01T01:11:34.967296Z",
  "2999-12-31T23:59:59.999999Z",
];

const open = (database: FreshDatabase): Promise<Store> | Store =>
  database.url === undefined
    ? borrowStore(database.dataDir ?? "")
    : openPostgres({ url: database.url, max: 1, applicationName: "test" });

/** Rows that COPY reads from the one form and not from the other. */
async function differing(session: Session, rows: readonly BinaryValue[][]): Promise<unknown[]> {
  const { db } = session;
  for (const table of ["as_text", "as_binary"])
    await sql.raw(`create temp table if not exists ${table} (line int8, ${declared})`).execute(db);
  await sql`truncate as_text, as_binary`.execute(db);
  const binary = new BinaryRows(TYPES);
  for (const each of rows) binary.add(each);
  const all = new Set(rows.keys());
  await session.copyInBinary("pg_temp.as_binary", NAMES, binary.all());
  await session.copyInBinary("pg_temp.as_binary", ["line", ...NAMES], binary.at(all).map(withNumber));
  const texts = rows.map(copyRow);
  await session.copyIn("pg_temp.as_text", NAMES, texts);
  await session.copyIn(
    "pg_temp.as_text",
    ["line", ...NAMES],
    texts.map((text, n) => `${n}\t${text}`),
  );
  const found = await sql`
    (select t::text from as_text t except all select b::text from as_binary b)
    union all (select b::text from as_binary b except all select t::text from as_text t)`.execute(db);
  return found.rows;
}

describeOnEngines("rows in the binary format", (engine) => {
  test("hold what the same rows hold as text", async () => {
    const database = await freshDatabase(engine, "binary rows");
    const store = await open(database);
    try {
      await store.withSession(async (session) => {
        const edges = EDGES.flatMap((amount) => INSTANTS.map((at) => [null, 2 ** 40, 7, true, amount, at, "é\t\\N\n"]));
        expect(await differing(session, edges)).toEqual([]);
        await fc.assert(
          fc.asyncProperty(fc.array(row, { maxLength: 50 }), async (rows) => {
            expect(await differing(session, rows)).toEqual([]);
          }),
          { numRuns: 40 },
        );
      });
    } finally {
      await store.close();
      await database.close();
    }
  });
});
