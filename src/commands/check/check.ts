import { Command } from "commander";
import { ExitCode } from "../../errors.js";
import type { CheckOutcome } from "../../pipelines/check/check.js";
import type { CheckAnswer } from "../../report/audit/check-listing.js";
import { type FailOn, failingVerdicts, failOnOption, isFailure } from "../shell/fail-on.js";
import { inputOf, namedPaths } from "../shell/inputs.js";
import { type GateFormat, type OutputFlags, stopOn, withOutputOptions } from "../shell/options.js";
import { openProgress, progressText } from "../shell/progress.js";
import { FORMATS, printList } from "../shell/reading.js";
import { openScreen, type Screen } from "../shell/screen.js";
import type { Shell } from "../shell/shell.js";

interface CheckFlags extends OutputFlags<GateFormat> {
  results: string[];
  resources: string[];
  failOn: FailOn;
}

const addPath = (path: string, before: string[]): string[] => [...before, path];

/** `timeback check`: which events of files break the contract, without any database. */
export const checkCommand = (shell: Shell): Command =>
  withOutputOptions(new Command("check"), [...FORMATS, "junit"])
    .description(
      "say which Caliper events of files break the contract, without any database; for the CI of who sends them",
    )
    .argument("<file...>", "NDJSON as ingest reads it, plain or gzip; - is stdin")
    .option(
      "--results <csv>",
      "OneRoster results, CSV or dump; a folder or zip with them (may be given again)",
      addPath,
      [],
    )
    .option(
      "--resources <csv>",
      "OneRoster resources: what activities pay, and which are videos (may be given again)",
      addPath,
      [],
    )
    .addOption(failOnOption())
    .addHelpText("after", HELP)
    .action((files: string[], flags: CheckFlags) => run(shell, files, flags));

const HELP = `
Examples:
  $ timeback check events.ndjson                                  # the schema, ids used twice, events sent twice
  $ timeback check events.ndjson --resources resources.csv        # and XP that an activity cannot pay alone
  $ timeback check -q --format junit --output check.xml --results export.zip --resources export.zip events.ndjson
  $ my-app --replay | timeback check - --fail-on suspected

What it shows: records that ingest would quarantine, by the same reader and codes (schema); an id with two contents in these
files (conflict); one activity sent under several ids (duplicate-event); an ActivityEvent that carries the XP of videos or
articles too (bundled-xp), by the rules of the audit. For the last it needs --resources (base XP), --results (banked XP), or
both. With --resources alone, banked XP is what the student's own events for videos and articles say shortly before.

What it cannot show: whatever stands in other files and in the database: ids and attempts used before, users who are merged,
how a result's XP changed, facts, corrections. So a file that passes may still be caught by timeback audit; the more of an
app's events are checked at once, the better it is known how the app pays.

Exit 1 when there are findings as sure as --fail-on; what breaks the schema, and a conflict, is confirmed.`;

async function run(shell: Shell, files: string[], flags: CheckFlags): Promise<void> {
  const screen = openScreen(shell, flags);
  const started = Date.now();
  const outcome = await checked(shell, screen, files, flags);
  const evidence = { results: flags.results.length > 0, resources: flags.resources.length > 0 };
  const answer = { ...outcome, evidence };
  const { checkLine, notShown, unlisted, verdictsOf } = await import("../../report/audit/check-listing.js");
  await print(shell, screen, flags, answer);
  for (const line of unlisted(answer)) screen.warn(line);
  if (isFailure(verdictsOf(answer.findings), flags.failOn)) shell.exitWith(ExitCode.attention);
  if (flags.format === "table" && flags.output === undefined) return;
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  screen.note([`check: ${checkLine(answer)}`, ...notShown(answer), `${seconds} s`].join("; "));
}

const evidencePaths = (shell: Shell, { results, resources }: CheckFlags) => ({
  results: namedPaths(shell, results),
  resources: namedPaths(shell, resources),
});

async function checked(shell: Shell, screen: Screen, files: string[], flags: CheckFlags): Promise<CheckOutcome> {
  const [{ check }, { recordFile }, { withEvidence }, { sizeOfInput }] = await Promise.all([
    import("../../pipelines/check/check.js"),
    import("./input.js"),
    import("./evidence.js"),
    import("../../pipelines/caliper/input/input.js"),
  ]);
  const inputs = files.map((file) => inputOf(shell, file));
  for (const input of inputs) await sizeOfInput(input);
  const started = Date.now();
  const stop = stopOn(shell.signal);
  const onBadRow = (address: string, reason: string) => screen.warn(`${address}: not read: ${reason}`);
  const progress = await openProgress(screen);
  const reading = withEvidence(evidencePaths(shell, flags), onBadRow, (tables) =>
    check({
      inputs: inputs.map(recordFile),
      tables,
      progress: ({ file, records }) => {
        stop();
        const seconds = (Date.now() - started) / 1000;
        progress.show(progressText(file, { records, done: 0, total: null, seconds }));
      },
    }),
  );
  return reading.finally(progress.end);
}

async function print(shell: Shell, screen: Screen, flags: CheckFlags, answer: CheckAnswer): Promise<void> {
  const { format, failOn } = flags;
  if (format === "junit") {
    const [{ renderJunit }, { checkSuites }] = await Promise.all([
      import("../../report/formats/junit.js"),
      import("../../report/audit/check-junit.js"),
    ]);
    return screen.print(renderJunit("timeback check", checkSuites(answer, failingVerdicts(failOn))));
  }
  const { checkColumns, checkFields, checkFooter, checkHead } = await import("../../report/audit/check-listing.js");
  const footer = async () => checkFooter(answer);
  if (format === "table" && answer.findings.length === 0)
    return screen.print(flags.quiet ? [] : (await footer()).map((line) => `${line}\n`));
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
