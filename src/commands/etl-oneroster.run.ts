import { readInstant } from "../domain/values/instant.js";
import { ExitCode, UsageError } from "../errors.js";
import { checkEtl, type EtlAnswer, etlOneroster } from "../operations/etl-oneroster.js";
import { open, operate, rowsText } from "./shell/database.js";
import type { CommonFlags } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";
import { planned, printSummary, secondsSince } from "./shell/summary.js";

/** What `timeback etl oneroster` takes. */
export interface EtlFlags extends CommonFlags {
  full?: boolean;
  since?: string;
  overlap: string;
  sourceSchema?: string;
  dryRun?: boolean;
}

const COMMAND = "etl oneroster";
const SECONDS_PER_UNIT: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

function durationSeconds(text: string): number {
  const found = /^(\d{1,6})([smhd])$/.exec(text);
  if (!found) throw new UsageError(`--overlap ${text}: expected a number and s, m, h or d, such as 7d`);
  return Number(found[1]) * (SECONDS_PER_UNIT[found[2] ?? "s"] ?? 1);
}

function sinceText(since: string | undefined): string | null {
  if (since === undefined) return null;
  const parsed = readInstant(since);
  if (!parsed.ok) throw new UsageError(`--since ${since}: ${parsed.why}`);
  const naive = parsed.instant.replace("T", " ").replace("Z", "");
  return naive.replace(/\.?0+$/, ""); // as PostgreSQL writes it, so that the texts compare as the instants do
}

/** Reads the source and says what changed. */
export async function runEtl(shell: Shell, flags: EtlFlags): Promise<void> {
  const opened = open(shell, flags);
  const { config, screen } = opened;
  const { full, dryRun, sourceSchema } = flags;
  const started = Date.now();
  const window = { overlapSeconds: durationSeconds(flags.overlap), since: sinceText(flags.since) };
  const request = { sourceUrl: config.sourceUrl, sourceSchema, full, dryRun, ...window };
  checkEtl(request);
  const done = await operate(opened, flags, { command: COMMAND, text: rowsText }, async (store, invocation) => {
    await shell.keepHeapSmall();
    return etlOneroster(store, request, invocation);
  });
  const { runId, newRejects, ...summary } = done;
  for (const { table, evidence } of summary.missing)
    screen.note(`the source has no ${table}; without it, these are unknown: ${evidence}`);
  const seconds = secondsSince(started);
  const answer = { command: COMMAND, runId, ...(dryRun ? { dryRun: true } : {}), ...summary, seconds };
  await printSummary(screen, flags, answer, lineOf(done, dryRun, seconds));
  if (newRejects > 0) screen.warn(`${newRejects} results newly rejected: see timeback rejects list`);
  shell.exitWith(newRejects > 0 && !dryRun ? ExitCode.attention : ExitCode.done);
}

const lineOf = (a: EtlAnswer, dryRun: boolean | undefined, seconds: number): string =>
  `etl oneroster${planned(dryRun)}: ${a.read} results read: ${a.changed} changed, ${a.unchanged} unchanged, ${a.rejected} rejected, ${a.testUsers} of test users` +
  `${a.vanished > 0 ? `; ${a.vanished} vanished` : ""}; facts +${a.facts.inserted} ~${a.facts.updated} -${a.facts.deleted}; ${seconds.toFixed(1)} s`;
