import { Command } from "commander";
import { printList, type ReadingFlags, readFacts, withFactScope } from "./shell/reading.js";
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
    .action((email: string | undefined, flags: ReadingFlags) => runReport(shell, email, flags));

async function runReport(shell: Shell, email: string | undefined, flags: ReadingFlags): Promise<void> {
  const [{ reportColumns, reportFields, totalLine }, { dailyReport, studentTotals }] = await Promise.all([
    import("../report/lists/daily-report.js"),
    import("../store/reading/daily-report.js"),
  ]);
  await readFacts(shell, flags, { command: "report", email }, async (reading) => {
    const { db, scope, asked, ids, hide } = reading;
    await printList(
      { shell, flags, reading },
      {
        listing: {
          head: { command: "report", scope: asked },
          rows: "rows",
          fields: reportFields,
          columns: reportColumns({ ids }),
        },
        pages: dailyReport(db, scope),
        ...(scope.students === null ? {} : { footer: async () => hide(await studentTotals(db, scope)).map(totalLine) }),
        empty: "no facts in this scope",
      },
    );
  });
}
