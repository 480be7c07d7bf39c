import type { FactRules } from "../../domain/rules/fact-rules.js";
import type { Session } from "../../store/engine/session.js";
import { inOneTransaction } from "../../store/engine/transactions.js";
import { openAffected } from "../../store/facts/affected.js";
import { deriveAffected, type FactChanges } from "../../store/facts/update-facts.js";

/**
 * Runs `land`, which changes landed rows and marks what they affect, and derives the affected facts, in one transaction. Not retried:
 * only the caller knows whether `land` can be repeated.
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
