import { WorkError } from "../../errors.js";
import { withRetries } from "./retry.js";
import type { Session } from "./session.js";

/** Runs `work` in one transaction on the session's connection, or as part of the current one. */
export const inOneTransaction = <T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> =>
  session.inTransaction
    ? work(session)
    : session.db.transaction().execute((tx) => work({ ...session, db: tx, inTransaction: true }));
/** As `inOneTransaction`, `withRetries`: `work` must change nothing but the database. */
export const inTransaction = <T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> =>
  withRetries(session, () => inOneTransaction(session, work));
/** Thrown to roll a plan back; never leaves `rolledBack`. */
class Rollback extends Error {}

/** Runs the work in one transaction, once, rolls it back and returns its result. */
export async function rolledBack<T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> {
  let result: { value: T } | undefined;
  try {
    await inOneTransaction(session, async (inside) => {
      result = { value: await work(inside) };
      throw new Rollback();
    });
  } catch (error) {
    if (!(error instanceof Rollback)) throw error;
  }
  if (!result) throw new WorkError("the plan ended without a result");
  return result.value;
}
