import { reportColumns, reportFields, totalLine } from "../report/lists/daily-report.js";
import { dailyReport, studentTotals } from "../store/reading/daily-report.js";
import type { ReadingFlags } from "./shell/options.js";
import { needsIds, printList, readFacts } from "./shell/reading.js";
import type { Shell } from "./shell/shell.js";

/** Lists the days, and below one student's the sums. */
export const runReport = (shell: Shell, email: string | undefined, flags: ReadingFlags): Promise<void> =>
  readFacts(shell, flags, { command: "report", email }, (reading) => {
    const { db, scope, asked, hide } = reading;
    const columns = reportColumns({ ids: needsIds(scope) });
    return printList(
      { shell, flags, reading },
      {
        listing: { head: { command: "report", scope: asked }, rows: "rows", fields: reportFields, columns },
        pages: dailyReport(db, scope),
        ...(scope.students === null ? {} : { footer: async () => hide(await studentTotals(db, scope)).map(totalLine) }),
        empty: "no facts in this scope",
      },
    );
  });
