import { Command, InvalidArgumentError } from "commander";
import { ExitCode, UsageError } from "../errors.js";
import type { CsvPackage } from "../pipelines/import/csv-file.js";
import type { FileCounts, ImportSummary } from "../pipelines/import/import.js";
import { namedPaths } from "./shell/inputs.js";
import { withExpansionOption } from "./shell/limits.js";
import { type CommonFlags, type Opened, open, stopOn, withCommonOptions, withDatabase } from "./shell/options.js";
import { openProgress } from "./shell/progress.js";
import type { Shell } from "./shell/shell.js";
import { printSummary } from "./shell/summary.js";

const COMMAND = "import oneroster";
const CHUNK_ROWS = 50_000;

interface ImportFlags extends CommonFlags {
  bulk?: boolean;
  dryRun?: boolean;
  maxExpandedBytes?: number;
  maxExpansion?: number;
}

function byteOption(text: string): number {
  if (!/^[1-9]\d{0,15}$/.test(text)) throw new InvalidArgumentError("expected a number of bytes");
  return Number(text);
}

/** `timeback import oneroster`: load CSV into schema `oneroster` of the analytics database. */
const importOnerosterCommand = (shell: Shell): Command =>
  withExpansionOption(withCommonOptions(new Command("oneroster"), ["table", "json", "ndjson"]))
    .description("load OneRoster 1.1/1.2 CSV, or dumps of the source tables, for etl oneroster to read")
    .argument("<input...>", "folder, zip or CSV files; a folder or zip may have a manifest.csv")
    .option("--bulk", "dumps replace everything too: rows that they do not hold become tobedeleted")
    .option("--max-expanded-bytes <bytes>", "largest expanded size of a zip (default 4 GiB)", byteOption)
    .option("--dry-run", "say what would change; write nothing")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback import oneroster export.zip && timeback etl oneroster
  $ timeback import oneroster ./export --format json
  $ timeback import oneroster users.csv assessment_results.csv --bulk

Bulk files replace their table, delta files and dumps change the rows that they hold. Safe to rerun: rows that are in
place are left untouched. Rejected rows are kept, with file and line: timeback rejects list
Exit 1 when rows were newly rejected.`,
    )
    .action(async (inputs: string[], flags: ImportFlags) => runImportCommand(shell, inputs, flags));

/** `timeback import`: what loads files into a source of our own. */
export const importCommand = (shell: Shell): Command =>
  new Command("import").description("load files for an ETL to read").addCommand(importOnerosterCommand(shell));

async function runImportCommand(shell: Shell, inputs: string[], flags: ImportFlags): Promise<void> {
  const opened = open(shell, flags);
  if (opened.config.sourceUrl !== undefined)
    throw new UsageError(
      "a source URL is set: import writes schema oneroster of the analytics database, which the ETL would not read; unset ONEROSTER_DATABASE_URL, or leave out --source-url",
    );
  const [{ withInputs }, { defaultZipLimits }] = await Promise.all([
    import("../pipelines/import/inputs.js"),
    import("../pipelines/import/zip.js"),
  ]);
  const { expandedBytes, expansion } = defaultZipLimits;
  const limits = {
    ...defaultZipLimits,
    expandedBytes: flags.maxExpandedBytes ?? expandedBytes,
    expansion: { ...expansion, ratio: flags.maxExpansion ?? expansion.ratio },
  };
  const started = Date.now();
  const done = await withInputs(namedPaths(shell, inputs), limits, (packages) => load(opened, flags, packages));
  await report(opened, flags, done, (Date.now() - started) / 1000);
}

type Done = ImportSummary & { runId: string };

async function load({ shell, config, screen }: Opened, flags: ImportFlags, packages: CsvPackage[]): Promise<Done> {
  const [{ planImport }, { runImport }, { withRun }] = await Promise.all([
    import("../pipelines/import/plan.js"),
    import("../pipelines/import/import.js"),
    import("../store/runs/runs.js"),
  ]);
  const plan = await planImport(packages, { dumpsReplace: flags.bulk === true });
  const request = {
    command: COMMAND,
    ...shell.caller(),
    lockWaitSeconds: config.lockWait,
    dryRun: flags.dryRun === true,
  };
  const progress = await openProgress(screen);
  return withDatabase({ shell, config }, flags, COMMAND, (store) =>
    withRun(store, request, async (run) => {
      const summary = await runImport(run, plan, {
        chunkRows: CHUNK_ROWS,
        stop: stopOn(shell.signal),
        progress: (file, rows) => progress.show(`${file}: ${rows.toLocaleString("en-US")} rows`),
      });
      return { runId: run.runId, rows: summary.files.reduce((sum, { rows }) => sum + rows, 0), ...summary };
    }),
  ).finally(progress.end);
}

async function report({ shell, screen }: Opened, flags: ImportFlags, done: Done, seconds: number): Promise<void> {
  const { runId, files, ignored, rejected, newRejects, warnings } = done;
  const plan = flags.dryRun ? { dryRun: true } : {};
  for (const warning of warnings) screen.note(warning);
  const answer = { command: COMMAND, runId, ...plan, files, ignored, rejected, newRejects, warnings, seconds };
  await printSummary(screen, flags, answer, flags.format === "table" ? await tableOf(answer, screen.color) : "");
  if (newRejects > 0) screen.warn(`${newRejects} rows newly rejected: see timeback rejects list`);
  shell.exitWith(newRejects > 0 && !flags.dryRun ? ExitCode.attention : ExitCode.done);
}

const COUNTS = ["rows", "inserted", "updated", "unchanged", "tobedeleted", "rejected"] as const;

async function tableOf(
  answer: { dryRun?: boolean; files: FileCounts[]; ignored: readonly string[]; seconds: number },
  color: boolean,
): Promise<string> {
  const { renderTable } = await import("../report/formats/table.js");
  const texts = (["file", "table", "mode"] as const).map((title) => ({
    title,
    cell: (counts: FileCounts) => counts[title],
  }));
  const numbers = COUNTS.map((title) => ({
    title,
    align: "right" as const,
    cell: (counts: FileCounts) => String(counts[title]),
  }));
  const parts: string[] = [];
  async function* pages() {
    yield answer.files;
  }
  for await (const part of renderTable([...texts, ...numbers], pages(), { color })) parts.push(part);
  const sum = (count: (typeof COUNTS)[number]) => answer.files.reduce((total, counts) => total + counts[count], 0);
  const ignored = answer.ignored.length > 0 ? `not needed: ${answer.ignored.join(", ")}\n` : "";
  const plan = answer.dryRun ? " (plan, nothing written)" : "";
  return `${parts.join("")}${ignored}${COMMAND}${plan}: ${COUNTS.map((count) => `${sum(count)} ${count}`).join(", ")}; ${answer.seconds.toFixed(1)} s`;
}
