// Measures timeback against what an expert would type into psql, as ratios of medians: both sides in turn, in one run.
//   npm run bench -- [--rows 100000] [--pairs 5] [--url postgres://user@host:5432] [--kit <folder>] [--keep]
// The kit is the folder with the load generator and the yardsticks (gen.mjs, ingest_psql.sh, etl_copy.sh, scan.sh); it is
// no part of this project. The last results of every size stay in bench/RESULTS.md.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import pg from "pg";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const binary = join(root, "bin", "timeback.js");
const resultsFile = join(root, "bench", "RESULTS.md");
const SOURCE_TABLES = ["users", "resources", "component_resources", "assessment_line_items", "assessment_results"];

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "100000" },
    pairs: { type: "string", default: "5" },
    url: { type: "string", default: `postgres://${userInfo().username}@127.0.0.1:5432` },
    kit: { type: "string", default: join(root, "..", "shared", "bench") },
    keep: { type: "boolean", default: false },
  },
});
const rows = Number(options.rows);
const pairs = Number(options.pairs);

/** A command's wall time in seconds and its peak memory in MB. */
function timed(command, args, env = {}) {
  const report = join(tmpdir(), `timeback-bench-${process.pid}.time`);
  const started = process.hrtime.bigint();
  const run = spawnSync("/usr/bin/time", ["-o", report, "-f", "%M", command, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (run.status !== 0 && run.status !== 1)
    throw new Error(`${command} ${args.join(" ")} ended with ${run.status}: ${run.stderr}`);
  const megabytes = Number(readFileSync(report, "utf8").trim().split("\n").at(-1)) / 1024;
  return { seconds, megabytes, stdout: run.stdout };
}

const timeback = (database, ...args) =>
  timed(process.execPath, [binary, ...args], { DATABASE_URL: database, ONEROSTER_DATABASE_URL: source });

/** A yardstick prints its own seconds. */
const yardstick = (script, ...args) =>
  Number(
    timed("bash", [join(options.kit, script), ...args])
      .stdout.trim()
      .split("\n")
      .at(-1),
  );

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function onServer(database, ...statements) {
  const client = new pg.Client({ connectionString: urlOf(database) });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

const urlOf = (database) => `${options.url.replace(/\/$/, "")}/${database}`;
const fresh = (database) =>
  onServer(
    "postgres",
    `drop database if exists ${database} with (force)`,
    `create database ${database} template template0`,
  );

const data = join(tmpdir(), `timeback-bench-${rows}`);
const source = urlOf("timeback_bench_source");
const ours = urlOf("timeback_bench");
const theirs = urlOf("timeback_bench_yardstick");
const eventsFile = join(data, "events.ndjson");

/** Generates the load once, and fills the source database with it. */
async function prepare() {
  for (const script of ["gen.mjs", "ingest_psql.sh", "etl_copy.sh", "scan.sh"])
    if (!existsSync(join(options.kit, script)))
      throw new Error(`no ${script} in ${options.kit}: name the kit with --kit`);
  mkdirSync(data, { recursive: true });
  if (!existsSync(join(data, "figures.json")))
    timed(process.execPath, [join(options.kit, "gen.mjs"), String(rows), data]);
  await fresh("timeback_bench_source");
  await onServer("timeback_bench_source", readFileSync(join(options.kit, "..", "oneroster-source.sql"), "utf8"));
  for (const table of SOURCE_TABLES) {
    const file = join(data, `${table}.csv`);
    const [head] = readFileSync(file, "utf8").slice(0, 1000).split("\n");
    timed("psql", [
      "-qX",
      "-v",
      "ON_ERROR_STOP=1",
      source,
      "-c",
      `\\copy ${table} (${head}) from '${file}' csv header`,
    ]);
  }
  await onServer("timeback_bench_source", "vacuum analyze");
}

const changeOnePercent = () =>
  onServer(
    "timeback_bench_source",
    `update assessment_results set metadata = jsonb_set(metadata, '{xp}', to_jsonb((metadata ->> 'xp')::numeric + 1)),
      date_last_modified = (select max(date_last_modified) from assessment_results)
     where right(md5(sourced_id), 2) < '03'`,
  );

/** One round of every job, ours and theirs in turn. */
async function round() {
  const times = {};
  await fresh("timeback_bench");
  await fresh("timeback_bench_yardstick");
  times.psql = yardstick("ingest_psql.sh", eventsFile, theirs);
  times.ingest = timeback(ours, "ingest", eventsFile, "-q");
  times.again = timeback(ours, "ingest", eventsFile, "-q");
  times.copy = yardstick("etl_copy.sh", source, theirs);
  times.etl = timeback(ours, "etl", "oneroster", "-q");
  times.unchanged = timeback(ours, "etl", "oneroster", "-q");
  await changeOnePercent();
  times.changed = timeback(ours, "etl", "oneroster", "-q");
  await onServer("timeback_bench", "vacuum analyze");
  times.scan = yardstick("scan.sh", theirs);
  times.recompute = timeback(ours, "recompute", "--dry-run", "-q");
  times.audit = timeback(ours, "audit", "--format", "ndjson", "--output", join(data, "findings.ndjson"), "-q");
  times.node = timed(process.execPath, ["-e", "0"]);
  times.one = timeback(ours, "audit", "student7@school.example", "--format", "json", "-q");
  times.report = timeback(ours, "report", "--format", "ndjson", "--output", join(data, "report.ndjson"), "-q");
  times.help = timed(process.execPath, [binary, "--help"]);
  return times;
}

const JOBS = [
  ["ingest", "ingest", "psql", 0.6],
  ["ingest, the same file again", "again", "ingest", 0.35],
  ["etl oneroster, first load", "etl", "copy", 3],
  ["etl oneroster, 1 % changed", "changed", "etl", 0.15],
  ["etl oneroster, nothing changed", "unchanged", "etl", 0.1],
  ["recompute --dry-run", "recompute", "scan", 15],
  ["audit, everybody", "audit", "scan", 20],
  ["audit <email>", "one", "node", 5],
  ["--help", "help", "node", 1.5],
];

const secondsOf = (measure) => (typeof measure === "number" ? measure : measure.seconds);

function table(rounds) {
  const lines = JOBS.map(([title, job, against, limit]) => {
    const mine = rounds.map((times) => secondsOf(times[job]));
    const yours = rounds.map((times) => secondsOf(times[against]));
    const memory = median(rounds.map((times) => times[job].megabytes));
    const ratio = median(mine) / median(yours);
    return `| ${title} | ${median(mine).toFixed(2)} s | ${against} ${median(yours).toFixed(3)} s | ${ratio.toFixed(2)} | ${limit} | ${memory.toFixed(0)} MB |`;
  });
  return ["| job | median | against | ratio | limit | peak memory |", "|---|---|---|---|---|---|", ...lines].join("\n");
}

async function serverVersion() {
  const client = new pg.Client({ connectionString: urlOf("postgres") });
  await client.connect();
  const { rows: found } = await client.query("show server_version");
  await client.end();
  return found[0].server_version;
}

await prepare();
const rounds = [];
for (let pair = 1; pair <= pairs; pair += 1) {
  rounds.push(await round());
  process.stderr.write(`round ${pair} of ${pairs}\n`);
}
const machine = `${cpus().length} x ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, PostgreSQL ${await serverVersion()}`;
const title = `## ${rows.toLocaleString("en-US")} events and results, ${pairs} pairs`;
const section = `${title}\n${new Date().toISOString().slice(0, 10)}, ${machine}\n\n${table(rounds)}\n`;
process.stdout.write(`${section}\n`);
const before = existsSync(resultsFile) ? readFileSync(resultsFile, "utf8").split(/(?=^## )/m) : ["# Results\n\n"];
const kept = before.filter((part) => !part.startsWith(`## ${rows.toLocaleString("en-US")} `));
writeFileSync(resultsFile, `${kept.join("").trimEnd()}\n\n${section}`);
if (!options.keep)
  for (const database of ["timeback_bench", "timeback_bench_source", "timeback_bench_yardstick"])
    await onServer("postgres", `drop database if exists ${database} with (force)`);
