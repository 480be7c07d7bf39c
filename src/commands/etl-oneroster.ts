import { Command } from "commander";
import { IMPORTED_SCHEMA, OVERLAP_DAYS } from "../domain/rules/oneroster-source.js";
import { ExitCode, UsageError } from "../errors.js";
import type { EtlSummary } from "../pipelines/oneroster/etl.js";
import type { Store } from "../store/engine/session.js";
import type { Run } from "../store/runs/runs.js";
import type { Source } from "../store/source/inspect.js";
import {
  type CommonFlags,
  type Opened,
  open,
  plainTextNote,
  requestedSettings,
  stopOn,
  withCommonOptions,
  withDatabase,
  withFactOptions,
} from "./shell/options.js";
import { openProgress, type Progress } from "./shell/progress.js";
import type { Shell } from "./shell/shell.js";
import { printSummary } from "./shell/summary.js";

/** Rows that are held at once, and that are committed at once: first, and later. */
const RESULTS = { page: 4_000, first: 50_000, batch: 150_000 };
/** The same of other tables: short rows, often without an index in the order in which they are read, so that each page is a look at all. */
const REFERENCE = { page: 25_000, first: 150_000, batch: 150_000 };
const SECONDS_PER_UNIT: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

interface EtlFlags extends CommonFlags {
  full?: boolean;
  since?: string;
  overlap: string;
  sourceSchema?: string;
  dryRun?: boolean;
}

/** `timeback etl oneroster`: read what changed in the OneRoster source and derive facts. */
const etlOnerosterCommand = (shell: Shell): Command =>
  withFactOptions(withCommonOptions(new Command("oneroster"), ["table", "json", "ndjson"]))
    .description(
      "read changed assessment_results (and users, resources, line items) from the source and derive their facts",
    )
    .option("--full", "read everything, and void results that the source no longer has")
    .option("--since <instant>", "read what was modified from this instant on (ISO 8601 with offset)")
    .option("--overlap <duration>", "how far before the watermark a run starts: 90m, 12h, 7d", `${OVERLAP_DAYS}d`)
    .option("--source-schema <schema>", "schema of the source tables (default public; oneroster for imported CSV)")
    .option("--dry-run", "say what would change; write nothing")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback etl oneroster --source-url postgres://reader@main/app --database-url postgres://etl@db/analytics
  $ timeback etl oneroster --full        # finds what is older than the overlap, and what vanished
  $ timeback import oneroster export.zip && timeback etl oneroster

The source is only read. Without a source URL the run reads schema oneroster of the analytics database.`,
    )
    .action(async (flags: EtlFlags) => runEtlCommand(shell, flags));

/** `timeback etl`: the ETL runs, one per source. */
export const etlCommand = (shell: Shell): Command =>
  new Command("etl").description("run an ETL against a source database").addCommand(etlOnerosterCommand(shell));

function durationSeconds(text: string): number {
  const found = /^(\d{1,6})([smhd])$/.exec(text);
  if (!found) throw new UsageError(`--overlap ${text}: expected a number and s, m, h or d, such as 7d`);
  return Number(found[1]) * (SECONDS_PER_UNIT[found[2] ?? "s"] ?? 1);
}

async function sinceText(since: string | undefined): Promise<string | null> {
  if (since === undefined) return null;
  const { readInstant } = await import("../domain/values/instant.js");
  const parsed = readInstant(since);
  if (!parsed.ok) throw new UsageError(`--since ${since}: ${parsed.why}`);
  const naive = parsed.instant.replace("T", " ").replace("Z", "");
  return naive.replace(/\.?0+$/, ""); // as PostgreSQL writes it, so that the texts compare as the instants do
}

async function runEtlCommand(shell: Shell, flags: EtlFlags): Promise<void> {
  const opened = open(shell, flags);
  const { screen } = opened;
  const started = Date.now();
  if (flags.full && flags.since !== undefined) throw new UsageError("--full reads everything: leave out --since");
  const window = { overlapSeconds: durationSeconds(flags.overlap), since: await sinceText(flags.since) };
  const progress = await openProgress(screen);
  const done = await withDatabase(opened, flags, "etl oneroster", (store) =>
    readSource({ flags, opened, store, progress, window }),
  ).finally(progress.end);
  const { runId, newRejects, ...summary } = done;
  for (const { table, evidence } of summary.missing)
    screen.note(`the source has no ${table}: without it nothing is known of ${evidence}`);
  const answer = {
    command: "etl oneroster",
    runId,
    ...(flags.dryRun ? { dryRun: true } : {}),
    ...summary,
    seconds: (Date.now() - started) / 1000,
  };
  await printSummary(screen, flags, answer, etlLine(answer));
  if (newRejects > 0) screen.warn(`${newRejects} results newly rejected: see timeback rejects list`);
  shell.exitWith(newRejects > 0 && !flags.dryRun ? ExitCode.attention : ExitCode.done);
}

interface EtlRun {
  flags: EtlFlags;
  opened: Opened;
  store: Store;
  progress: Progress;
  window: { overlapSeconds: number; since: string | null };
}

async function readSource({
  flags,
  opened: { shell, config, screen },
  store,
  progress,
  window,
}: EtlRun): Promise<EtlSummary & { runId: string }> {
  const [{ runEtl }, { inspectSource }, { withPlannedRun }, { factRules, storeSettings }, { withSource }] =
    await Promise.all([
      import("../pipelines/oneroster/etl.js"),
      import("../store/source/inspect.js"),
      import("../store/facts/dry-run.js"),
      import("../store/runs/settings.js"),
      import("../store/open.js"),
    ]);
  const asked = requestedSettings(config);
  await factRules(store.db, asked);
  const { sourceUrl } = config;
  const request = {
    command: "etl oneroster",
    ...shell.caller(),
    lockWaitSeconds: config.lockWait,
    dryRun: flags.dryRun === true,
    beside: flags.dryRun !== true && sourceUrl !== undefined,
  };
  const read = {
    full: flags.full === true,
    ...window,
    rows: { results: RESULTS, reference: REFERENCE },
    stop: stopOn(shell.signal),
    progress: (table: string, rows: number) => progress.show(`${table}: ${rows.toLocaleString("en-US")} rows`),
  };
  const readFrom = async (run: Run, source: Source) => {
    await shell.keepHeapSmall();
    return { runId: run.runId, ...(await runEtl(run, source, await storeSettings(run.session.db, asked), read)) };
  };
  if (sourceUrl === undefined) {
    const schema = flags.sourceSchema ?? IMPORTED_SCHEMA;
    await store.withSession((session) => inspectSource(session, schema));
    return withPlannedRun(store, request, async (run) => readFrom(run, await inspectSource(run.session, schema)));
  }
  const note = await plainTextNote(shell, flags, sourceUrl);
  return withSource({ url: sourceUrl, command: "etl oneroster", announce: screen.note }, (sourceStore) =>
    sourceStore.withSession(async (session) => {
      note();
      const source = await inspectSource(session, flags.sourceSchema ?? "public");
      return withPlannedRun(store, request, (run) => readFrom(run, source));
    }),
  );
}

const etlLine = (a: Omit<EtlSummary, "newRejects"> & { seconds: number; dryRun?: boolean }): string =>
  `etl oneroster${a.dryRun ? " (plan, nothing written)" : ""}: ${a.read} results read: ${a.changed} changed, ${a.unchanged} unchanged, ${a.rejected} rejected, ${a.testUsers} of test users` +
  `${a.vanished > 0 ? `; ${a.vanished} vanished` : ""}; facts +${a.facts.inserted} ~${a.facts.updated} -${a.facts.deleted}; ${a.seconds.toFixed(1)} s`;
