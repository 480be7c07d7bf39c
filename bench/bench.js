// Measures timeback against what an expert would type into psql, as ratios of medians: both sides in turn, in one run.
//   npm run bench -- [--rows 100000] [--pairs 5] [--url postgres://user@host:5432] [--kit <folder>] [--keep]
//   npm run bench -- --new-event [--pairs 15]
// The kit is the folder with the load generator and the yardsticks (gen.mjs, ingest_psql.sh, etl_copy.sh, scan.sh); it is
// no part of this project. The last results of every size stay in bench/results.json and bench/RESULTS.md.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inTurn, median, timed } from "./measure.js";
import { keepResults } from "./results.js";
import { Server } from "./server.js";

const folder = dirname(fileURLToPath(import.meta.url));
const binary = join(folder, "..", "bin", "timeback.js");

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "100000" },
    pairs: { type: "string" },
    url: { type: "string", default: `postgres://${userInfo().username}@127.0.0.1:5432` },
    kit: { type: "string", default: join(folder, "..", "..", "shared", "bench") },
    "new-event": { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  },
});
const server = new Server(options.url);
const OURS = "timeback_bench";
const THEIRS = "timeback_bench_yardstick";
const SOURCE = "timeback_bench_source";
const RESULTS_ONLY = "timeback_bench_results";

for (const script of ["gen.mjs", "ingest_psql.sh", "etl_copy.sh", "scan.sh"])
  if (!existsSync(join(options.kit, script)))
    throw new Error(`no ${script} in ${options.kit}: name the kit with --kit`);

/** Generates a load once; returns its folder. */
function load(rows, ...students) {
  const data = join(tmpdir(), ["timeback-bench", rows, ...students].join("-"));
  mkdirSync(data, { recursive: true });
  if (!existsSync(join(data, "figures.json")))
    timed(process.execPath, [join(options.kit, "gen.mjs"), String(rows), data, ...students.map(String)]);
  return data;
}

const timebackOn = (database, ...args) =>
  timed(process.execPath, [binary, ...args], {
    DATABASE_URL: server.urlOf(database),
    ONEROSTER_DATABASE_URL: server.urlOf(SOURCE),
  });

/** A yardstick prints its own seconds. */
function yardstick(script, ...args) {
  const { stdout, megabytes } = timed("bash", [join(options.kit, script), ...args]);
  return { seconds: Number(stdout.trim().split("\n").at(-1)), megabytes };
}

const changeOnePercent = () =>
  server.run(
    SOURCE,
    `update assessment_results set metadata = jsonb_set(metadata, '{xp}', to_jsonb((metadata ->> 'xp')::numeric + 1)),
      date_last_modified = (select max(date_last_modified) from assessment_results)
     where right(md5(sourced_id), 2) < '03'`,
  );

/** What was measured is worth nothing where it came to other facts than those of what is landed. */
function expectNothingToChange(answer) {
  const { inserted, updated, deleted } = JSON.parse(answer).facts;
  if (inserted + updated + deleted > 0) throw new Error(`recompute found facts to change: ${answer}`);
}

const SHORT_RUNS = 9;
const node = () => timed(process.execPath, ["-e", "0"]);

/** One round of every job, ours and theirs in turn. */
async function round(data) {
  const events = join(data, "events.ndjson");
  const timeback = (...args) => timebackOn(OURS, ...args);
  const times = {};
  await server.fresh(OURS);
  await server.fresh(THEIRS);
  times.psql = yardstick("ingest_psql.sh", events, server.urlOf(THEIRS));
  times.ingest = timeback("ingest", events, "-q");
  times.again = timeback("ingest", events, "-q");
  times.copy = yardstick("etl_copy.sh", server.urlOf(SOURCE), server.urlOf(THEIRS));
  times.etl = timeback("etl", "oneroster", "-q");
  await server.fresh(RESULTS_ONLY);
  times.alone = timebackOn(RESULTS_ONLY, "etl", "oneroster", "-q");
  await server.drop(RESULTS_ONLY);
  times.unchanged = timeback("etl", "oneroster", "-q");
  await changeOnePercent();
  times.changed = timeback("etl", "oneroster", "-q");
  await server.run(OURS, "vacuum analyze");
  times.scan = yardstick("scan.sh", server.urlOf(THEIRS));
  times.recompute = timeback("recompute", "--dry-run", "--format", "json");
  expectNothingToChange(times.recompute.stdout);
  times.audit = timeback("audit", "--format", "ndjson", "--output", join(data, "findings.ndjson"), "--force", "-q");
  times.report = timeback("report", "--format", "ndjson", "--output", join(data, "report.ndjson"), "--force", "-q");
  const one = () => timeback("audit", "student7@school.example", "--format", "json", "-q");
  [times.one, times.node] = inTurn(SHORT_RUNS, one, node);
  times.help = inTurn(SHORT_RUNS, () => timed(process.execPath, [binary, "--help"]), node)[0];
  times.version = inTurn(SHORT_RUNS, () => timed(process.execPath, [binary, "--version"]), node)[0];
  return times;
}

/** Medians of each job over the rounds. */
const medians = (rounds) =>
  Object.fromEntries(
    Object.keys(rounds[0]).map((job) => {
      const of = (key) => median(rounds.map((times) => times[job][key]));
      return [job, { seconds: of("seconds"), megabytes: of("megabytes") }];
    }),
  );

async function measureSize(rows, pairs) {
  const data = load(rows);
  await server.source(SOURCE, options.kit, data);
  const rounds = [];
  for (let pair = 1; pair <= pairs; pair += 1) {
    rounds.push(await round(data));
    process.stderr.write(`round ${pair} of ${pairs}\n`);
  }
  return { kind: `size-${rows}`, rows, pairs, times: medians(rounds) };
}

const EVENTS = 20_000;
const FEW = 20;

/** A database whose students have so many events (and results) each, and how to ingest one more of the first student. */
async function databaseOf(perStudent) {
  const database = `${OURS}_${perStudent}`;
  const data = load(EVENTS, EVENTS / perStudent);
  await server.source(SOURCE, options.kit, data);
  await server.fresh(database);
  timebackOn(database, "ingest", join(data, "events.ndjson"), "-q");
  timebackOn(database, "etl", "oneroster", "-q");
  const { rows } = await server.run(
    database,
    "vacuum analyze",
    "select payload from timeback.caliper_events join timeback.caliper_payloads using (landed_run, landed_ordinal) where linkable order by occurred_at desc limit 1",
  );
  const event = JSON.parse(rows[0].payload);
  const file = join(data, "one.ndjson");
  return () => {
    event.id = `urn:uuid:${crypto.randomUUID()}`;
    writeFileSync(file, `${JSON.stringify(event)}\n`);
    return timebackOn(database, "ingest", file, "-q");
  };
}

async function measureNewEvent(pairs) {
  const few = await databaseOf(FEW);
  const many = await databaseOf(EVENTS);
  const [fewTimes, manyTimes] = inTurn(pairs, few, many);
  if (!options.keep) for (const each of [FEW, EVENTS]) await server.drop(`${OURS}_${each}`);
  return { kind: "new-event", pairs, times: { few: fewTimes, many: manyTimes } };
}

const measured = options["new-event"]
  ? await measureNewEvent(Number(options.pairs ?? 15))
  : await measureSize(Number(options.rows), Number(options.pairs ?? 5));
const machine = `${cpus().length} x ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, PostgreSQL ${await server.version()}`;
const date = new Date().toISOString().slice(0, 10);
process.stdout.write(`${keepResults(folder, { ...measured, date, machine })}\n`);
if (!options.keep) for (const database of [OURS, THEIRS, SOURCE]) await server.drop(database);
