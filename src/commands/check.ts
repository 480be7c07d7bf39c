import { Command } from "commander";
import type { CheckFlags } from "./check.run.js";
import { failOnOption } from "./shell/fail-on.js";
import { FORMATS, withOutputOptions } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";

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
    .action(async (files: string[], flags: CheckFlags) =>
      (await import("./check.run.js")).runCheck(shell, files, flags),
    );

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
