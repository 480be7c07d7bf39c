import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { activity } from "../support/caliper-samples.js";
import {
  describeOnEngines,
  type EngineName,
  engines,
  type FreshDatabase,
  freshDatabase,
  type Row,
} from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { timebackJson } from "../support/timeback.js";

const idOf = (n: number) => `5b0c9a10-0000-4000-8000-${String(n).padStart(12, "0")}`;
const event = (n: number, changes: object = {}) =>
  activity({ id: `urn:uuid:${idOf(n)}`, generated: { items: [{ type: "xpEarned", value: n % 7 }] }, ...changes });
const line = (value: object) => JSON.stringify(value);

interface Desk extends FreshDatabase {
  folder: string;
}

const openDesk = async (engine: EngineName): Promise<Desk> => ({
  ...(await freshDatabase(engine, "again")),
  folder: await scratchFolder("again"),
});

async function ingestTexts(database: Desk, texts: readonly string[][], code = 0): Promise<Row> {
  const { folder } = database;
  const files = texts.map((_, n) => join(folder, `${n}.ndjson`));
  for (const [n, lines] of texts.entries()) await writeFile(files[n] as string, `${lines.join("\n")}\n`);
  return timebackJson<Row>(["ingest", ...files, "--format", "json"], { env: database.env, code });
}

describeOnEngines("a file that was read before", (engine) => {
  test("is not read again where its lines are landed byte by byte; every other line is", async () => {
    const database = await openDesk(engine);
    try {
      const first = [1, 2, 3, 4].map((n) => line(event(n)));
      expect(await ingestTexts(database, [first])).toMatchObject({ stored: 4 });
      const before = await database.query("select checksum from timeback.facts_checksum");
      // The first file shows that this is a repetition: the lines of the second are compared before they are read.
      const changed = { generated: { items: [{ type: "xpEarned", value: 6.5 }] } };
      const { object, ...rest } = event(6);
      const nested = line({ object: { id: `urn:uuid:${idOf(1)}` }, ...rest, extensions: { object } });
      const second = [
        line(event(1)),
        `  ${line(event(2)).replace('"type"', ' "type"')}  `,
        line(event(3, changed)),
        line({ data: [event(4), event(5)] }),
        nested,
        nested,
        "not json",
        '{"type": "Person", "id": "urn:uuid:5b0c9a10-0000-4000-8000-000000000002"}',
        line(event(1)).toUpperCase(),
      ];
      const counts = { records: 14, stored: 2, duplicates: 8, conflicts: 1, skipped: 1, rejected: 2 };
      expect(await ingestTexts(database, [first, second], 1)).toMatchObject(counts);
      expect(
        await database.query(
          "select event_id::text as id, (payload::jsonb #>> '{generated,items,0,value}') as xp from timeback.caliper_conflicts",
        ),
      ).toEqual([{ id: idOf(3), xp: "6.5" }]);
      expect(await ingestTexts(database, [first, second], 0), "and again").toMatchObject({
        ...counts,
        stored: 0,
        duplicates: 10,
        facts: { inserted: 0, updated: 0, deleted: 0 },
      });
      await database.query(`delete from timeback.caliper_events where event_id in ('${idOf(5)}', '${idOf(6)}')`);
      await timebackJson(["recompute", "--format", "json"], { env: database.env });
      expect(await database.query("select checksum from timeback.facts_checksum")).toEqual(before);
    } finally {
      await database.close();
    }
  });
});

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);

describe.skipIf(!hasPostgres)("chunks that are landed over two connections", () => {
  const CHUNK = 5_000;

  test("come to what one connection lands: an id that stands in neighbouring chunks has one effect", async () => {
    const small = (n: number, xp: number) =>
      line(activity({ id: idOf(n), generated: { items: [{ type: "xpEarned", value: xp }] } }));
    // Every third event stands a chunk later again, as it was or with another amount.
    const lines = Array.from({ length: 2.5 * CHUNK }, (_, n) =>
      n >= CHUNK && n % 3 === 0 ? small(n - CHUNK, (n - CHUNK) % 2) : small(n, n % 2 === 0 ? n % 9 : n % 2),
    );
    const answers: Row[] = [];
    for (const poolMax of ["1", "4"]) {
      const database = await openDesk("postgres");
      try {
        const env = { ...database.env, TIMEBACK_POOL_MAX: poolMax, TIMEBACK_CHUNK_RECORDS: String(CHUNK) };
        const { runId, seconds, ...answer } = await ingestTexts({ ...database, env }, [lines], 1);
        const [sum] = await database.query("select checksum from timeback.facts_checksum");
        const conflicts = await database.query("select count(*) as n from timeback.caliper_conflicts");
        answers.push({ ...answer, ...sum, conflicts });
      } finally {
        await database.close();
      }
    }
    expect(answers[0]).toMatchObject({ records: 2.5 * CHUNK });
    expect(answers[1]).toEqual(answers[0]);
  });

  test("make their facts without a look at the events of other chunks", async () => {
    const database = await openDesk("postgres");
    const env = { ...database.env, TIMEBACK_CHUNK_RECORDS: "500" };
    const events = (from: number) => Array.from({ length: 2_000 }, (_, n) => line(event(from + n)));
    try {
      await ingestTexts({ ...database, env }, [events(0), events(2_000)]);
      const reads = () =>
        database.query(
          "select idx_tup_fetch::int as found, seq_tup_read::int as passed from pg_stat_user_tables where relname = 'caliper_events'",
        );
      await expect.poll(async () => Number((await reads())[0]?.found)).toBeGreaterThanOrEqual(4_000);
      expect(await reads(), "each event is found once").toEqual([{ found: 4_000, passed: 0 }]);
    } finally {
      await database.close();
    }
  });
});

const WITHOUT_FACTS = `
  select count(*)::int as events from timeback.caliper_events e where has_metrics
  and not exists (select from timeback.processed_facts where fact_key = 'caliper:event:' || e.event_id)`;

/** The same contradiction stands so many events later once more. */
const REPEATED_AFTER = 115;

/** New events behind landed ones; after each ten of them one that contradicts a landed one, and is repeated later. */
function grownLines(stored: number, grown: number): string[] {
  const contradiction = (n: number) =>
    n > 0 && n % 10 === 0 ? [line(event(n, { generated: { items: [{ type: "xpEarned", value: stored }] } }))] : [];
  return Array.from({ length: grown }, (_, n) => n + 1).flatMap((n) => [
    line(event(stored + n)),
    ...contradiction(n),
    ...contradiction(n - REPEATED_AFTER),
  ]);
}

const LINES_OF_CONFLICTS = `
  select event_id::text as id, line::int from timeback.caliper_conflicts
  where payload::jsonb #>> '{generated,items,0,value}' = `;

describeOnEngines("a file that has grown", (engine) => {
  test("leaves no new event without a fact, and keeps each conflict by its first line, wherever the landed part ends", async () => {
    const database = await openDesk(engine);
    const env = { ...database.env, TIMEBACK_CHUNK_RECORDS: "200" };
    const file = join(database.folder, "grows.ndjson");
    try {
      await writeFile(file, Array.from({ length: 600 }, (_, n) => `${line(event(n + 1))}\n`).join(""));
      await timebackJson(["ingest", file, "--format", "json"], { env });
      let stored = 600;
      let lines = 600;
      // A part is a block of 64 KiB, which holds about 60 of these. Where a part is new, later ones are read before those that were left unread.
      for (const grown of [150, 230, 290, 350, 410]) {
        const added = grownLines(stored, grown);
        await appendFile(file, `${added.join("\n")}\n`);
        expect(await timebackJson(["ingest", file, "--format", "json"], { env, code: 1 })).toMatchObject({
          stored: grown,
          facts: { inserted: grown, updated: 0, deleted: 0 },
        });
        expect(await database.query(WITHOUT_FACTS), `${grown} behind ${stored}`).toEqual([{ events: 0 }]);
        const kept = await database.query(`${LINES_OF_CONFLICTS} '${stored}' order by line`);
        const firstLine = ({ id }: Row) => lines + 1 + added.findIndex((text) => text.includes(String(id)));
        expect(kept, `${grown} behind ${stored}`).toEqual(kept.map((row) => ({ ...row, line: firstLine(row) })));
        expect(kept).toHaveLength(grown / 10);
        stored += grown;
        lines += added.length;
      }
    } finally {
      await database.close();
    }
  });
});
