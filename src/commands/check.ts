import { Command } from "commander";
import type { CheckFlags } from "./check.run.js";
import { failOnOption } from "./shell/fail-on.js";
import { FORMATS, withOutputOptions } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";

const addPath = (path: string, before: string[]): string[] => [...before, path];

/** `timeback check`: which events of files break the contract, without any database. */
export const checkCommand = (shell: Shell): Command =>
  withOutputOptions(new Command("check"), [...FORMATS, "junit"])
    .description("validate Caliper event files against the contract; no database needed")
    .argument("<file...>", "NDJSON files as for ingest, plain or gzip; - is stdin")
    .option(
      "--results <csv>",
      "OneRoster results as CSV or dump, or a folder or zip that contains them (repeatable)",
      addPath,
      [],
    )
    .option(
      "--resources <csv>",
      "OneRoster resources: base XP of activities, and which are videos or articles (repeatable)",
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
  $ timeback check events.ndjson                                  # schema, conflicting ids, duplicate events
  $ timeback check events.ndjson --resources resources.csv        # also XP that one activity cannot pay
  $ timeback check -q --format junit --output check.xml --results export.zip --resources export.zip events.ndjson
  $ my-app --replay | timeback check - --fail-on suspected

What it finds:
  schema           records that ingest would quarantine, with the same codes
  conflict         one event id with different content in these files
  duplicate-event  one activity sent under several ids
  bundled-xp       an ActivityEvent that includes the XP of videos or articles, by the rules of timeback audit. Needs
                   --resources (base XP), --results (banked XP), or both. With --resources alone, the banked XP is taken
                   from the student's own events for videos and articles shortly before.

What it cannot find: anything in other files or in the database, such as ids and attempts used before, merged users, how a
result's XP changed, facts and corrections. So timeback audit may still find faults in a file that passes. Check as many
events of an app at once as you can: they show how the app pays.

Exit 1 if a finding has the verdict of --fail-on or a stronger one. Schema errors and conflicts are confirmed.`;
