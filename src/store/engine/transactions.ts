import { WorkError } from "../../errors.js";
import { patiently } from "./retry.js";
import type { Session } from "./session.js";

/** One transaction on the session's connection; inside another one, a part of it. */
export const inOneTransaction = <T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> =>
  session.inTransaction
    ? work(session)
    : session.db.transaction().execute((tx) => work({ ...session, db: tx, inTransaction: true }));
/** As `inOneTransaction`, `patiently`: until it is through, `work` must change nothing but the database. */
export const inTransaction = <T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> =>
  patiently(session, () => inOneTransaction(session, work));
/** Thrown to roll a plan back; never leaves `rolledBack`. */
class Rollback extends Error {}

/** Does the whole work in one transaction, once, returns its result and takes every change back. */
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
