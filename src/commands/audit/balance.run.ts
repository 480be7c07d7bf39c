import { ExitCode, UsageError } from "../../errors.js";
import { type TrialBalance, trialBalance } from "../../operations/trial-balance.js";
import { balanceColumns, balanceFields } from "../../report/audit/balance.js";
import { findingsText, open, operate } from "../shell/database.js";
import type { CommonFlags } from "../shell/options.js";
import { type AskedScope, askedScope, hideInFault, hiding, type ListPrinter, printList } from "../shell/reading.js";
import type { Shell } from "../shell/shell.js";
import type { AuditFlags } from "./flags.js";

/** @throws UsageError for what a trial balance cannot be asked */
function balanceFlags({ format, ...flags }: AuditFlags): CommonFlags {
  if (flags.kind || flags.app) throw new UsageError("--balance covers every cause: leave out --kind and --app");
  if (format === "junit") throw new UsageError("--balance runs no checks: leave out --format junit");
  if (format === "html") throw new UsageError("--balance has no HTML page: leave out --format html");
  return { ...flags, format };
}

/** Audits and prints the trial balance. */
export async function runBalance(shell: Shell, email: string | undefined, auditFlags: AuditFlags): Promise<void> {
  const flags = balanceFlags(auditFlags);
  const asked = askedScope(auditFlags, email);
  if (email === undefined) await shell.keepHeapSmall();
  const opened = open(shell, flags);
  await operate(opened, flags, { command: "audit", text: findingsText }, async (store, invocation, progress) => {
    const hideIn = await hiding(store, flags);
    const read = async (balance: TrialBalance) => {
      progress.end();
      const reading = { ...opened, hide: await hideIn(balance.db) };
      await printBalance({ shell, flags, reading }, balance, asked);
    };
    await trialBalance(store, asked, invocation, read).catch(hideInFault(() => hideIn(store.db)));
  });
}

/**
 * Prints for every student and day: counted = true + each cause. A balance that does not close says so first, and the
 * command exits 3.
 */
async function printBalance(printer: ListPrinter, balance: TrialBalance, asked: AskedScope): Promise<void> {
  const { days, unexplained, xp } = balance;
  const { screen } = printer.reading;
  if (unexplained > 0)
    screen.warn(
      `the balance does not add up: ${xp} XP on ${unexplained} of ${days} days are unexplained; please report it`,
    );
  await printList(printer, {
    listing: {
      head: { command: "audit", scope: asked, balance: { days, unexplainedDays: unexplained } },
      rows: "days",
      fields: balanceFields,
      columns: balanceColumns,
    },
    pages: balance.rows(),
    empty: "no facts in this scope",
  });
  if (unexplained > 0) printer.shell.exitWith(ExitCode.failed);
  else screen.note(`the balance adds up: 0 XP unexplained on ${days} days`);
}
