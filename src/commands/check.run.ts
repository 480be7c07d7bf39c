import { ExitCode } from "../errors.js";
import { check } from "../operations/check.js";
import { checkSuites } from "../report/audit/check-junit.js";
import {
  type CheckAnswer,
  checkColumns,
  checkFields,
  checkFooter,
  checkHead,
  checkLine,
  notShown,
  unlisted,
  verdictsOf,
} from "../report/audit/check-listing.js";
import { renderJunit } from "../report/formats/junit.js";
import type { FailOn } from "./shell/fail-on.js";
import { failingVerdicts, isFailure } from "./shell/fail-on.js";
import { inputOf, namedPaths } from "./shell/inputs.js";
import type { GateFormat, OutputFlags } from "./shell/options.js";
import { openProgress, stepText } from "./shell/progress.js";
import { printList } from "./shell/reading.js";
import { openScreen, type Screen } from "./shell/screen.js";
import type { Shell } from "./shell/shell.js";
import { secondsSince } from "./shell/summary.js";

/** What `timeback check` takes. */
export interface CheckFlags extends OutputFlags<GateFormat> {
  results: string[];
  resources: string[];
  failOn: FailOn;
}

/** Checks the files and prints what breaks the contract. */
export async function runCheck(shell: Shell, files: string[], flags: CheckFlags): Promise<void> {
  const screen = openScreen(shell, flags);
  const started = Date.now();
  const progress = await openProgress(screen);
  const text = stepText(started);
  const request = {
    inputs: files.map((file) => inputOf(shell, file)),
    evidence: { results: namedPaths(shell, flags.results), resources: namedPaths(shell, flags.resources) },
    onBadRow: (address: string, reason: string) => screen.warn(`${address}: not read: ${reason}`),
  };
  const told = { stop: shell.signal, progress: (step: Parameters<typeof text>[0]) => progress.show(text(step)) };
  const outcome = await check(request, told).finally(progress.end);
  const evidence = { results: flags.results.length > 0, resources: flags.resources.length > 0 };
  const answer = { ...outcome, evidence };
  await print(shell, screen, flags, answer);
  for (const line of unlisted(answer)) screen.warn(line);
  if (isFailure(verdictsOf(answer.findings), flags.failOn)) shell.exitWith(ExitCode.attention);
  if (flags.format === "table" && flags.output === undefined) return;
  const seconds = secondsSince(started).toFixed(1);
  screen.note([`check: ${checkLine(answer)}`, ...notShown(answer), `${seconds} s`].join("; "));
}

async function print(shell: Shell, screen: Screen, flags: CheckFlags, answer: CheckAnswer): Promise<void> {
  const { format, failOn } = flags;
  if (format === "junit")
    return screen.print(renderJunit("timeback check", checkSuites(answer, failingVerdicts(failOn))));
  const footer = async () => checkFooter(answer);
  if (format === "table" && answer.findings.length === 0)
    return screen.print(flags.quiet ? [] : checkFooter(answer).map((line) => `${line}\n`));
  const listing = { head: checkHead(answer), rows: "findings", fields: checkFields, columns: checkColumns };
  await printList(
    { shell, flags: { ...flags, format }, reading: { screen } },
    { listing, pages: pagesOf(answer), footer },
  );
}

const PAGE = 500;

async function* pagesOf({ findings }: CheckAnswer) {
  for (let from = 0; from < findings.length; from += PAGE) yield findings.slice(from, from + PAGE);
}
