import type { FactRules } from "../../domain/rules/fact-rules.js";
import type { Session } from "../../store/engine/session.js";
import { inOneTransaction } from "../../store/engine/transactions.js";
import { openAffected } from "../../store/facts/affected.js";
import { deriveAffected, type FactChanges } from "../../store/facts/update-facts.js";

/**
 * Lands something and derives the facts that it affects, in one transaction: `land` changes landed rows and lists what
 * it affects, and either both are committed or neither is. It is tried once: who calls it knows whether `land` can be repeated.
 */
export async function withDerivedFacts<T>(
  session: Session,
  rules: FactRules,
  land: (session: Session) => Promise<T>,
): Promise<{ result: T; made: FactChanges }> {
  return inOneTransaction(session, async (inside) => {
    await openAffected(inside.db);
    const result = await land(inside);
    return { result, made: await deriveAffected(inside.db, rules) };
  });
}

/** Adds the counts of one step to a run's. */
export function addChanges(sum: FactChanges, made: FactChanges): void {
  sum.inserted += made.inserted;
  sum.updated += made.updated;
  sum.deleted += made.deleted;
}
