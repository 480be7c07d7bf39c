import { printable } from "../../domain/values/printable.js";
import type { ListedRun, WholeRun } from "../../domain/views/run.js";
import { type Field, jsonMember, number, text } from "../formats/fields.js";
import type { Column } from "../formats/table.js";

/** Watermarks before and after: `{"before":{...},"after":{...}}`. */
const watermark: Field<ListedRun> = {
  key: "watermark",
  json: ({ watermarkBefore, watermarkAfter }) =>
    `{"before":${watermarkBefore ?? "null"},"after":${watermarkAfter ?? "null"}}`,
  csv: (run) => watermark.json(run),
};

const words: Field<ListedRun> = {
  key: "arguments",
  json: ({ arguments: typed }) => JSON.stringify(typed),
  csv: (run) => (run.arguments === null ? "" : words.json(run)),
};

/** The members of a logged run, in order. */
export const runFields: readonly Field<ListedRun>[] = [
  text("runId"),
  text("command"),
  text("state"),
  text("startedAt"),
  text("finishedAt"),
  number("seconds"),
  text("version"),
  text("osUser"),
  text("dbRole"),
  text("host"),
  number("pid"),
  words,
  watermark,
  jsonMember("counts"),
  text("error"),
];

/** The members of a whole run, in order. */
export const wholeRunFields: readonly Field<WholeRun>[] = [...runFields, jsonMember("summary")];

const RUN_DIGITS = 8;
const STATES: Readonly<Record<ListedRun["state"], string>> = {
  done: "done",
  failed: "failed",
  running: "running",
  lost: "lost (killed or disconnected)",
};

const membersOf = (json: string | null): [string, unknown][] =>
  json === null ? [] : Object.entries(JSON.parse(json) as Record<string, unknown>);

/** `stored 3, records 4, facts +3 ~0 -0`: the nonzero counts of a run; or its error. */
function outcomeOf({ counts, error }: ListedRun): string {
  if (error !== null) return error;
  const members = membersOf(counts);
  const numbers = members.flatMap(([key, value]) =>
    typeof value === "number" && value !== 0 ? [`${key} ${value}`] : [],
  );
  return [...numbers, ...members.flatMap(([key, value]) => (key === "facts" ? factsOf(value) : []))].join(", ");
}

function factsOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const { inserted = 0, updated = 0, deleted = 0 } = value as Record<string, unknown>;
  return [`facts +${inserted} ~${updated} -${deleted}`];
}

/** Start, command, user and outcome. */
export const runColumns: readonly Column<ListedRun>[] = [
  { title: "started", cell: ({ startedAt }) => startedAt },
  { title: "run", cell: ({ runId }) => runId.slice(0, RUN_DIGITS) },
  { title: "command", cell: ({ command }) => command },
  { title: "state", cell: ({ state }) => STATES[state] },
  { title: "seconds", align: "right", cell: ({ seconds }) => seconds ?? "" },
  { title: "by", cell: ({ osUser, host }) => `${osUser ?? "unknown"}@${host}` },
  { title: "what", cell: outcomeOf },
];

/** `2025-03-09T10:00:00.000Z -> 2025-03-10T08:00:00.000Z` by table; `=` if unchanged. */
function watermarkLines({ watermarkBefore, watermarkAfter }: ListedRun): [string, string][] {
  const before = new Map(membersOf(watermarkBefore));
  const after = new Map(membersOf(watermarkAfter));
  return [...new Set([...before.keys(), ...after.keys()])].map((table) => {
    const [from, to] = [before.get(table), after.get(table)];
    return [`watermark ${table}`, from === to ? `${from} (unchanged)` : `${from ?? "none"} -> ${to ?? "unknown"}`];
  });
}

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** A whole run for people, one member per line. */
export function describeRun(run: WholeRun): string {
  const lines: [string, string][] = [
    ["run", run.runId],
    ["command", run.command],
    ["arguments", run.arguments === null ? "not kept" : run.arguments.map(shellWord).join(" ")],
    ["state", STATES[run.state]],
    ["started", run.startedAt],
    ["finished", run.finishedAt === null ? "-" : `${run.finishedAt} (after ${run.seconds} s)`],
    ["user", run.osUser ?? "not kept"],
    ["role", run.dbRole ?? "not kept"],
    ["host", run.host],
    ["pid", run.pid],
    ["version", run.version],
    ...watermarkLines(run),
    ...membersOf(run.summary).map(([key, value]): [string, string] => [key, shown(value)]),
  ];
  const width = Math.max(...lines.map(([name]) => printable(name).length));
  return lines.map(([name, value]) => `${printable(name).padEnd(width)}  ${printable(value)}\n`).join("");
}

/** Quotes a word for the shell. */
const shellWord = (word: string): string =>
  /^[\w@%+=:,./*?&-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
