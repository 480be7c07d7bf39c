// What was measured, kept in bench/results.json and shown in bench/RESULTS.md.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const JOBS = [
  { job: "ingest", title: "`ingest`", against: "psql", limit: 0.6, aim: 0.45 },
  { job: "again", title: "`ingest`, the same file again", against: "ingest", limit: 0.35, aim: 0.2 },
  { job: "alone", title: "`etl oneroster`, first load, no events", against: "copy", limit: 3, aim: 2 },
  { job: "etl", title: "`etl oneroster`, first load, as many events", against: "copy", limit: 3, aim: 2 },
  { job: "changed", title: "`etl oneroster`, 1 % changed", against: "etl", limit: 0.15, aim: 0.05 },
  { job: "unchanged", title: "`etl oneroster`, nothing changed", against: "etl", limit: 0.1, aim: 0.05 },
  { job: "recompute", title: "`recompute --dry-run`, nothing to change", against: "scan", limit: 15, aim: 8 },
  { job: "audit", title: "`audit`, everybody", against: "scan", limit: 20, aim: 10 },
  { job: "one", title: "`audit <email>`", against: "node", limit: 5, aim: 3.5 },
  { job: "report", title: "`report`, everybody" },
  { job: "help", title: "`--help`", against: "node", limit: 1.5, aim: 1.3 },
  { job: "version", title: "`--version`", against: "node", limit: 1.5, aim: 1.3 },
];
const GROWING = ["ingest", "again", "alone", "etl", "changed", "unchanged", "recompute", "audit", "one", "report"];
const MOST_MEGABYTES = 250;

const number = (n) => n.toLocaleString("en-US");
const row = (...cells) => `| ${cells.join(" | ")} |`;
const verdict = (value, limit) => `${value.toFixed(2)}${value > limit ? " (over)" : ""}`;

function sizeTable({ rows, pairs, date, machine, times }) {
  const lines = JOBS.filter(({ job }) => times[job]).map(({ job, title, against, limit, aim }) => {
    const { seconds, megabytes } = times[job];
    const base = times[against]?.seconds;
    const ratio =
      base === undefined
        ? ["", "", "", ""]
        : [`${against} ${base.toFixed(3)} s`, verdict(seconds / base, limit), limit, aim];
    return row(title, `${seconds.toFixed(2)} s`, ...ratio, `${megabytes.toFixed(0)} MB`);
  });
  return [
    `## ${number(rows)} events and results`,
    "",
    `${pairs} rounds, ${date}, ${machine}`,
    "",
    row("job", "median", "against", "ratio", "limit", "aim", "peak memory"),
    row("---", "---", "---", "---", "---", "---", "---"),
    ...lines,
    "",
  ].join("\n");
}

function growthTable(small, large) {
  const times = large.rows / small.rows;
  const lines = GROWING.filter((job) => small.times[job] && large.times[job]).map((job) => {
    const [one, ten] = [small.times[job], large.times[job]];
    const memory = ten.megabytes / one.megabytes;
    const isOver = memory > 1.15 || ten.megabytes > MOST_MEGABYTES;
    const title = JOBS.find((known) => known.job === job)?.title;
    return row(
      title,
      verdict(ten.seconds / one.seconds, job === "one" ? 1.2 : 1.1 * times),
      `${memory.toFixed(2)}${isOver ? " (over)" : ""}`,
      `${ten.megabytes.toFixed(0)} MB`,
    );
  });
  return [
    `## From ${number(small.rows)} to ${number(large.rows)}`,
    "",
    `Limits: ${1.1 * times} times the time (\`audit <email>\`: 1.2), 1.15 times the memory, ${MOST_MEGABYTES} MB.`,
    "",
    row("job", "time", "memory", "peak memory"),
    row("---", "---", "---", "---"),
    ...lines,
    "",
  ].join("\n");
}

const newEventTable = ({ date, machine, times }) =>
  [
    "## One new event",
    "",
    `\`ingest\` of one event, wall time; ${date}, ${machine}. Limit 1.5, aim 1.1.`,
    "",
    row("for a student with 20 events", "with 20,000", "ratio"),
    row("---", "---", "---"),
    row(
      `${times.few.seconds.toFixed(3)} s`,
      `${times.many.seconds.toFixed(3)} s`,
      verdict(times.many.seconds / times.few.seconds, 1.5),
    ),
    "",
  ].join("\n");

/** Keeps the newest measurement of its kind, and writes all that are kept as tables. Returns the tables. */
export function keepResults(folder, measured) {
  const file = join(folder, "results.json");
  const before = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const all = { ...before, [measured.kind]: measured };
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
  const sizes = Object.values(all)
    .filter(({ rows }) => rows !== undefined)
    .sort((a, b) => a.rows - b.rows);
  const tables = [
    ...sizes.map(sizeTable),
    ...(sizes.length > 1 ? [growthTable(sizes[0], sizes.at(-1))] : []),
    ...(all["new-event"] ? [newEventTable(all["new-event"])] : []),
  ].join("\n");
  const history = readFileSync(join(folder, "HISTORY.md"), "utf8");
  writeFileSync(
    join(folder, "RESULTS.md"),
    `# Results\n\nWritten by \`npm run bench\`; ratios of medians, both sides in turn.\n\n${tables}\n${history}`,
  );
  return tables;
}
