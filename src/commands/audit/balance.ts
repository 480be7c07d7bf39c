import { ExitCode } from "../../errors.js";
import type { CommonFlags } from "../shell/options.js";
import { type FactReading, printList } from "../shell/reading.js";
import type { Shell } from "../shell/shell.js";

/**
 * Prints the trial balance of an audit: for every student and day, counted = true + each cause. A balance that does not
 * close says so first, and the command exits 3.
 */
export async function printBalance(asker: { shell: Shell; flags: CommonFlags; reading: FactReading }): Promise<void> {
  const { db, scope, screen, asked } = asker.reading;
  const [{ closeBalance, listBalance, unexplainedDays }, { balanceColumns, balanceFields }] = await Promise.all([
    import("../../store/audit/fact-checks/trial-balance.js"),
    import("../../report/audit/balance.js"),
  ]);
  await closeBalance(db, scope);
  const { days, unexplained, xp } = await unexplainedDays(db);
  if (unexplained > 0)
    screen.warn(
      `the balance does not close: ${xp} XP on ${unexplained} of ${days} days are unexplained; please report it`,
    );
  await printList(asker, {
    listing: {
      head: { command: "audit", scope: asked, balance: { days, unexplainedDays: unexplained } },
      rows: "days",
      fields: balanceFields,
      columns: balanceColumns,
    },
    pages: listBalance(db),
    empty: "no facts in this scope",
  });
  if (unexplained > 0) asker.shell.exitWith(ExitCode.failed);
  else screen.note(`the balance closes: 0 XP unexplained on ${days} days`);
}
