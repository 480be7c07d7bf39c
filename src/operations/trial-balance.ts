import type { BalanceDay } from "../domain/findings/balance.js";
import { closeBalance, listBalance, unexplainedDays } from "../store/audit/fact-checks/trial-balance.js";
import type { Db, Store } from "../store/engine/session.js";
import type { FactScope } from "../store/facts/fact-scope.js";
import { inAudit } from "./audit.js";
import type { Invocation } from "./invocation.js";

/** A trial balance, in the one state of the database that its audit saw. It holds only while it is lent. */
export interface TrialBalance {
  db: Db;
  scope: FactScope;
  days: number;
  /** Days on which counted XP is not true XP and the causes; none, unless this program has a fault. */
  unexplained: number;
  /** XP on those days, as exact decimal text. */
  xp: string;
  /** A page at a time: for every student and day, counted = true + each cause. */
  rows(): AsyncGenerator<BalanceDay[]>;
}

/**
 * Audits and lends the trial balance to `read`, whose answer it returns. Changes no record and no fact.
 * @throws UsageError for an unknown email; WorkError
 */
export const trialBalance = <T>(
  store: Store,
  request: { email: string | null; from: string | null; to: string | null },
  invocation: Invocation,
  read: (balance: TrialBalance) => Promise<T>,
): Promise<T> =>
  inAudit(
    store,
    request,
    invocation,
    async ({ session: { db }, scope }) => {
      await closeBalance(db, scope);
      const sums = await unexplainedDays(db);
      return { answer: await read({ db, scope, ...sums, rows: () => listBalance(db) }), summary: null };
    },
    { alone: true },
  );
