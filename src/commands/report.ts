import { Command } from "commander";
import { type ReadingFlags, withFactScope } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";

/** `timeback report`: XP and time, one row per student and day. */
export const reportCommand = (shell: Shell): Command =>
  withFactScope(new Command("report"))
    .description("show daily XP and time, one row per student and day")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback report student@school.example --from 2025-03-01 --to 2025-03-31
  $ timeback report --format csv > days.csv
  $ timeback report --format ndjson | jq -r 'select(.xp > 100) | .email'

xp is the XP that counts now. Sums are exact; an empty sum is 0. Rows are ordered by email (unknown last), student id and
day. -q still prints the answer.`,
    )
    .action(async (email: string | undefined, flags: ReadingFlags) =>
      (await import("./report.run.js")).runReport(shell, email, flags),
    );
