import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { activity } from "../support/caliper-samples.js";
import { engines, type FreshDatabase, freshDatabase, type Row } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { startTimeback, spawned as timeback } from "../support/timeback.js";
import { until } from "../support/until.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
const LINES = 640;

/** A part has at least 5 records, the first chunk 25, the second 50, every later one 100: many of each. */
const SMALL = { TIMEBACK_CHUNK_RECORDS: "100" };

/** A block of a file holds few lines that are so long; they do not shrink much, or it would look like a bomb. */
const padding = (n: number): string =>
  Array.from({ length: 90 }, (_, i) => createHash("sha512").update(`${n} ${i}`).digest("hex")).join("");

/** Some come twice, a chunk later, some with another amount; some are unreadable, some blank. */
function lineOf(n: number): string {
  if (n % 97 === 0) return "not json";
  if (n % 31 === 0) return "";
  const first = n % 10 === 0 ? n - 120 : n;
  const id = `7d1f4c2e-0000-4000-8000-${String(first).padStart(12, "0")}`;
  const items = [{ type: "xpEarned", value: n % 100 === 0 ? 77 : first % 7 }];
  return JSON.stringify(activity({ id, generated: { items }, extensions: { padding: padding(first) } }));
}
const bytes = Buffer.from(Array.from({ length: LINES }, (_, n) => `${lineOf(n + 1)}\n`).join(""));
const zipped = gzipSync(bytes);
const damaged = zipped.subarray(0, zipped.length - 40);

/** A database that refuses the third chunk's work once, where its rows are written and where its progress is. */
async function refusing(name: string): Promise<FreshDatabase> {
  const database = await freshDatabase("postgres", name);
  await timeback(["db", "migrate"], database);
  await database.query(`
    create sequence copies; create sequence commits;
    create function refuse() returns trigger language plpgsql as $$ begin
      if nextval(tg_argv[0]) = tg_argv[1]::int then
        perform pg_advisory_xact_lock(42);
        raise exception 'refused for a test' using errcode = '40001';
      end if;
      return null;
    end $$;
    create trigger refuse after insert on timeback.caliper_payloads for each statement execute function refuse('copies', '25');
    create trigger refuse after insert on timeback.processed_facts for each statement execute function refuse('commits', '3')`);
  return database;
}

const STATE = `
  select (select checksum from timeback.facts_checksum) as facts,
    (select md5(string_agg(p.payload, ' ' order by e.event_id)) from timeback.caliper_events e
      join timeback.caliper_payloads p using (landed_run, landed_ordinal)) as payloads,
    (select count(*) from timeback.caliper_payloads) as kept,
    (select md5(string_agg(concat_ws(' ', line, byte_offset, code, excerpt), ' ' order by line)) from timeback.rejects) as rejects,
    (select md5(string_agg(concat_ws(' ', event_id, line, payload), ' ' order by event_id, digest)) from timeback.caliper_conflicts) as conflicts`;

interface Outcome {
  counts: Row;
  state: Row;
  refused: number;
}

/** Ingests a file, or what is written to standard input. */
async function ingested(
  database: FreshDatabase,
  input: string | Buffer,
  env: Record<string, string>,
): Promise<Outcome> {
  const file = typeof input === "string" ? input : "-";
  const { child, ended } = await startTimeback(["ingest", file, "--format", "json"], {
    env: { ...database.env, ...env },
    keepInputOpen: file === "-",
  });
  if (file === "-") child.stdin?.end(input);
  const { code, stdout, stderr } = await ended;
  expect(code, stderr).toBe(1);
  const { runId, seconds, ...counts } = JSON.parse(stdout);
  const [state] = await database.query(STATE);
  return { counts, state: state ?? {}, refused: stderr.match(/trying again/g)?.length ?? 0 };
}

describe.skipIf(!hasPostgres)("an ingest whose chunks are refused for a reason that passes", () => {
  test.each(["a file", "a gzip file", "a damaged gzip file", "standard input"])(
    "makes them again, and comes to what an undisturbed one comes to: %s",
    async (kind) => {
      const folder = await scratchFolder("refused");
      const contents = { "a gzip file": zipped, "a damaged gzip file": damaged }[kind] ?? bytes;
      const file = join(folder, "events");
      await writeFile(file, contents);
      const input = kind === "standard input" ? contents : file;
      const calm = await freshDatabase("postgres", "calm");
      try {
        const goal = await ingested(calm, input, { TIMEBACK_POOL_MAX: "1" });
        expect(goal).toMatchObject({
          counts: { records: expect.any(Number), conflicts: expect.any(Number) },
          refused: 0,
        });
        for (const pool of ["1", "4"]) {
          const database = await refusing(`refusing-${pool}`);
          try {
            const made = await ingested(database, input, { ...SMALL, TIMEBACK_POOL_MAX: pool });
            expect(made.refused, "both triggers refused").toBeGreaterThanOrEqual(2);
            expect({ ...made.counts, facts: null }).toEqual({ ...goal.counts, facts: null });
            expect(made.state).toEqual(goal.state);
          } finally {
            await database.close();
          }
        }
      } finally {
        await calm.close();
      }
    },
  );

  test("says so where the file is another one by then", async () => {
    const file = join(await scratchFolder("refused"), "events");
    await writeFile(file, bytes);
    const database = await refusing("changed");
    try {
      const run = await database.session(async (query) => {
        await query("select pg_advisory_lock(42)");
        const { ended } = await startTimeback(["ingest", file], { env: { ...database.env, ...SMALL } });
        const waiting = "select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'";
        await until(async () => (await database.query(waiting)).length > 0);
        await writeFile(file, bytes.toString().replaceAll("Math Lab", "Word Lab"));
        await query("select pg_advisory_unlock(42)");
        return ended;
      });
      expect(run.code).toBe(3);
      expect(run.stderr).toContain(`${file} was changed while it was read`);
      const apps = await database.query("select distinct app from timeback.caliper_events");
      expect(apps, "what is committed is of the file that was").toEqual([{ app: "Math Lab" }]);
    } finally {
      await database.close();
    }
  });
});
