import { spawnSync } from "node:child_process";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { activity } from "../support/caliper-samples.js";
import { engines, type FreshDatabase, freshDatabase, type Row } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { startTimeback, spawned as timeback, spawnedJson as timebackJson } from "../support/timeback.js";
import { until } from "../support/until.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
const RECORDS = 45_000;
/** The first chunk of a file holds a quarter of that, the second one half. */
const CHUNKS = { TIMEBACK_CHUNK_RECORDS: "48000" };

function event(n: number): string {
  const id = `7d1f4c2e-0000-4000-8000-${String(n).padStart(12, "0")}`;
  const items = n % 100 === 0 ? [{ type: "xpEarned", value: 1 + n / 1000 }] : [];
  return JSON.stringify(activity({ id, generated: { items }, extensions: {} }));
}

/** All of them in the first chunk: when a run continues behind them, they still want attention. */
const bad = (n: number) => n === 7 || n === 10_007;
const text = (from = 1, to = RECORDS) =>
  Array.from({ length: to - from + 1 }, (_, i) => `${bad(from + i) ? "not json" : event(from + i)}\n`).join("");
const REJECTED = Array.from({ length: RECORDS }, (_, i) => i + 1).filter(bad).length;
const whole = {
  records: RECORDS,
  stored: RECORDS - REJECTED,
  duplicates: 0,
  conflicts: 0,
  skipped: 0,
  rejected: REJECTED,
};

/** A database in which the second chunk of every file waits for `gate`, once it is closed. */
async function gated(database: FreshDatabase): Promise<void> {
  await timeback(["db", "migrate"], { env: database.env });
  await database.query(`
    create function wait() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(42); return new; end $$;
    create trigger wait before update on timeback.ingest_checkpoints for each row execute function wait()`);
}

/**
 * Starts a run over the file, stops it with `signal` while its second chunk waits, and the last one, copied, for that;
 * lets go. A pool of one connection has only the second one under way.
 */
async function stoppedInTheMiddle(database: FreshDatabase, file: string, signal: NodeJS.Signals) {
  return database.session(async (query) => {
    await query("select pg_advisory_lock(42)");
    const { child, ended } = await startTimeback(["ingest", file], { env: { ...database.env, ...CHUNKS } });
    await until(async () => (await waiting(database)).length > 0 && (await busy(database)).length === 0);
    child.kill(signal);
    if (signal === "SIGKILL") await ended;
    await query("select pg_advisory_unlock(42)");
    return ended;
  });
}

const OWN = "datname = current_database() and application_name like 'timeback %'";

const waiting = (database: FreshDatabase): Promise<Row[]> =>
  database.query(`select from pg_stat_activity where ${OWN} and wait_event = 'advisory'`);

/** The others that may have something to copy: not those that have been idle in their transaction for so long. */
const busy = (database: FreshDatabase): Promise<Row[]> =>
  database.query(
    `select from pg_stat_activity where ${OWN} and wait_event is distinct from 'advisory'
      and (state <> 'idle in transaction' or state_change > clock_timestamp() - interval '1 second')`,
  );

const checksum = async (database: FreshDatabase) =>
  (await database.query("select checksum from timeback.facts_checksum"))[0]?.checksum;

describe.skipIf(!hasPostgres)("an ingest that is stopped in the middle of a file", () => {
  test("continues with what is left, and comes to the facts and counts of an undisturbed run", async () => {
    const [disturbed, undisturbed] = [
      await freshDatabase("postgres", "killed"),
      await freshDatabase("postgres", "calm"),
    ];
    const folder = await scratchFolder("resume");
    const plain = join(folder, "plain.ndjson");
    const zipped = join(folder, "zipped");
    await writeFile(plain, text());
    await writeFile(zipped, gzipSync(text()));
    try {
      const ingest = (file: string, { env }: FreshDatabase, code = 0) =>
        timebackJson(["ingest", file, "--format", "json"], { env, code });
      expect(await ingest(plain, undisturbed, 1)).toMatchObject({ ...whole, facts: { inserted: 450 } });
      await gated(disturbed);

      expect(await stoppedInTheMiddle(disturbed, plain, "SIGKILL")).toMatchObject({ signal: "SIGKILL", stdout: "" });
      expect(
        await disturbed.query(
          "select line between 12001 and 15000 as is_quarter, byte_offset > 0 as inside from timeback.ingest_checkpoints",
        ),
      ).toEqual([{ is_quarter: true, inside: true }]);
      expect(await ingest(plain, disturbed, 1), "of the whole file").toMatchObject({ ...whole, resumed: 1 });
      expect(await checksum(disturbed)).toBe(await checksum(undisturbed));
      expect(await disturbed.query("select from timeback.ingest_checkpoints")).toEqual([]);
      const duplicates = { ...whole, stored: 0, duplicates: whole.stored };
      const again = await ingest(plain, disturbed);
      expect(again, "a finished file is read from its start").toMatchObject({ ...duplicates, facts: { inserted: 0 } });
      expect(again).not.toHaveProperty("resumed");

      const terminated = await stoppedInTheMiddle(disturbed, zipped, "SIGTERM");
      expect(terminated).toMatchObject({
        code: 143,
        stdout: "",
        stderr: "timeback: stopped by SIGTERM; what was committed is kept, a rerun continues\n",
      });
      expect(await ingest(zipped, disturbed, 1)).toMatchObject({ ...duplicates, resumed: 1 });
      expect(await checksum(disturbed)).toBe(await checksum(undisturbed));
    } finally {
      await disturbed.close();
      await undisturbed.close();
    }
  });

  test("starts anew where the file is another one now; one that has grown is continued", async () => {
    const database = await freshDatabase("postgres", "changed");
    const file = join(await scratchFolder("resume"), "events.ndjson");
    await writeFile(file, text());
    const { env } = database;
    try {
      await gated(database);
      await stoppedInTheMiddle(database, file, "SIGKILL");
      await appendFile(file, `${event(RECORDS + 1)}\n`);
      await stoppedInTheMiddle(database, file, "SIGKILL");
      const bytes = await readFile(file);
      await writeFile(file, Buffer.concat([Buffer.from(`${event(0)}\n`), bytes]));
      const answer = await timebackJson<Row>(["ingest", file, "--format", "json"], { env, code: 1 });
      expect(answer, "the line numbers of its rejects are new").toMatchObject({
        records: RECORDS + 2,
        rejected: REJECTED,
      });
      expect(answer).not.toHaveProperty("resumed");
      expect(Number(answer.duplicates)).toBeGreaterThan(0);
      expect(Number(answer.stored) + Number(answer.duplicates)).toBe(RECORDS + 2 - REJECTED);
      expect(await database.query("select count(*) as n from timeback.caliper_events")).toEqual([
        { n: String(RECORDS + 2 - REJECTED) },
      ]);
    } finally {
      await database.close();
    }
  });

  test("reads a pipe from its first byte on, whatever another run has left unfinished under its path", async () => {
    const database = await freshDatabase("postgres", "pipe");
    const pipe = join(await scratchFolder("pipe"), "pipe");
    try {
      await timeback(["db", "migrate"], database);
      await database.query(
        "insert into timeback.ingest_checkpoints (file, byte_offset, line, prefix_sha256, counts) values ($1, 5000, 5, 'other', '{}')",
        [pipe],
      );
      spawnSync("mkfifo", [pipe]);
      const run = timebackJson(["ingest", pipe, "--format", "json"], { env: database.env, code: 1 });
      await writeFile(pipe, text(1, 100));
      expect(await run).toMatchObject({ records: 100, stored: 99, rejected: 1 });
    } finally {
      await database.close();
    }
  });
});
