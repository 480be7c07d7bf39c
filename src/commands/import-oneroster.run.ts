import { ExitCode, UsageError } from "../errors.js";
import { type ImportAnswer, importOneroster, withImportPlan } from "../operations/import-oneroster.js";
import { type Column, renderTable } from "../report/formats/table.js";
import { type Opened, open, operate, rowsText } from "./shell/database.js";
import { namedPaths } from "./shell/inputs.js";
import type { CommonFlags } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";
import { planned, printSummary, secondsSince } from "./shell/summary.js";

/** What `timeback import oneroster` takes. */
export interface ImportFlags extends CommonFlags {
  bulk?: boolean;
  dryRun?: boolean;
  maxExpandedBytes?: number;
  maxExpansion?: number;
}

const COMMAND = "import oneroster";

/** Imports the files and says what became of their rows. */
export async function runImport(shell: Shell, paths: string[], flags: ImportFlags): Promise<void> {
  const opened = open(shell, flags);
  if (opened.config.sourceUrl !== undefined)
    throw new UsageError(
      "a source URL is set: import writes to schema oneroster of the analytics database, which the ETL would not read; unset ONEROSTER_DATABASE_URL, or leave out --source-url",
    );
  const { bulk, dryRun, maxExpandedBytes, maxExpansion } = flags;
  const started = Date.now();
  const inputs = { paths: namedPaths(shell, paths), bulk, maxExpandedBytes, maxExpansion };
  const done = await withImportPlan(inputs, (plan) =>
    operate(opened, flags, { command: COMMAND, text: rowsText }, (store, invocation) =>
      importOneroster(store, { plan, dryRun }, invocation),
    ),
  );
  await report(opened, flags, done, secondsSince(started));
}

async function report(
  { shell, screen }: Opened,
  flags: ImportFlags,
  done: ImportAnswer,
  seconds: number,
): Promise<void> {
  const { runId, files, ignored, rejected, newRejects, warnings } = done;
  const plan = flags.dryRun ? { dryRun: true } : {};
  for (const warning of warnings) screen.note(warning);
  const answer = { command: COMMAND, runId, ...plan, files, ignored, rejected, newRejects, warnings, seconds };
  await printSummary(screen, flags, answer, flags.format === "table" ? await tableOf(answer, screen.color) : "");
  if (newRejects > 0) screen.warn(`${newRejects} rows newly rejected: see timeback rejects list`);
  shell.exitWith(newRejects > 0 && !flags.dryRun ? ExitCode.attention : ExitCode.done);
}

const COUNTS = ["rows", "inserted", "updated", "unchanged", "tobedeleted", "rejected"] as const;

type Counts = ImportAnswer["files"][number];

const COLUMNS: readonly Column<Counts>[] = [
  ...(["file", "table", "mode"] as const).map((title) => ({ title, cell: (counts: Counts) => counts[title] })),
  ...COUNTS.map((title) => ({ title, align: "right" as const, cell: (counts: Counts) => String(counts[title]) })),
];

async function tableOf(
  { dryRun, files, ignored, seconds }: Pick<ImportAnswer, "files" | "ignored"> & { dryRun?: boolean; seconds: number },
  color: boolean,
): Promise<string> {
  const parts: string[] = [];
  async function* pages() {
    yield files;
  }
  for await (const part of renderTable(COLUMNS, pages(), { color })) parts.push(part);
  const sum = (count: (typeof COUNTS)[number]) => files.reduce((total, counts) => total + counts[count], 0);
  const notNeeded = ignored.length > 0 ? `not needed: ${ignored.join(", ")}\n` : "";
  return `${parts.join("")}${notNeeded}${COMMAND}${planned(dryRun)}: ${COUNTS.map((count) => `${sum(count)} ${count}`).join(", ")}; ${seconds.toFixed(1)} s`;
}
