import { Command } from "commander";
import { type ReadingFlags, withFactScope } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";

/** `timeback report`: XP and time, one row per student and day. */
export const reportCommand = (shell: Shell): Command =>
  withFactScope(new Command("report"))
    .description("daily XP and time: one row per student and day, of one student or of everybody")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback report student@school.example --from 2025-03-01 --to 2025-03-31
  $ timeback report --format csv > days.csv
  $ timeback report --format ndjson | jq -r 'select(.xp > 100) | .email'

xp is what counts now. Sums are exact; the sum of none is 0. Rows stand in the order of email (unknown last),
student id and day. -q prints the answer too: it is what the command is for.`,
    )
    .action(async (email: string | undefined, flags: ReadingFlags) =>
      (await import("./report.run.js")).runReport(shell, email, flags),
    );
