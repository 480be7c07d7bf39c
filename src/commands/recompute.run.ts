import { printable } from "../domain/values/printable.js";
import { checkRecompute, type RecomputeAnswer, recompute } from "../operations/recompute.js";
import { open, operate } from "./shell/database.js";
import type { CommonFlags } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";
import { planned, printSummary, secondsSince } from "./shell/summary.js";

/** What `timeback recompute` takes. */
export interface RecomputeFlags extends CommonFlags {
  from?: string;
  to?: string;
  set: Readonly<Record<string, string>>;
  dryRun?: boolean;
}

/** Rebuilds facts and says what changed. */
export async function runRecompute(shell: Shell, email: string | undefined, flags: RecomputeFlags): Promise<void> {
  const opened = open(shell, flags);
  const { from = null, to = null, set } = flags;
  const dryRun = flags.dryRun === true;
  const scope = { email: email ?? null, from, to };
  const request = { ...scope, set, dryRun };
  checkRecompute(request);
  const started = Date.now();
  const done = await operate(opened, flags, { command: "recompute" }, (store, invocation) =>
    recompute(store, request, invocation),
  );
  const { runId, facts, xp, foreignFacts, plan } = done;
  const answer = {
    command: "recompute",
    runId,
    dryRun,
    scope,
    facts,
    xp: { before: Number(xp.before), after: Number(xp.after) },
    foreignFacts: foreignFacts.map((fact) => ({
      ...fact,
      xpEarned: fact.xpEarned === null ? null : Number(fact.xpEarned),
    })),
    seconds: secondsSince(started),
    ...(plan ? { plan } : {}),
  };
  await printSummary(opened.screen, flags, answer, linesOf(done, dryRun, answer.seconds));
}

function linesOf({ facts, xp, foreignFacts }: RecomputeAnswer, dryRun: boolean, seconds: number): string {
  const foreign = foreignFacts.map((f) =>
    printable(`  ${f.date} ${f.studentId} ${f.factKey} ${f.xpEarned ?? "no"} XP`),
  );
  const head =
    facts.foreign > 0
      ? [`${facts.foreign} facts of another system ${dryRun ? "would be" : "were"} removed:`, ...foreign]
      : [];
  const line =
    `recompute${planned(dryRun)}: facts +${facts.inserted} ~${facts.updated} -${facts.deleted}, ${facts.unchanged} unchanged; ` +
    `XP ${xp.before} -> ${xp.after}; ${seconds.toFixed(1)} s`;
  return [...head, line].join("\n");
}
