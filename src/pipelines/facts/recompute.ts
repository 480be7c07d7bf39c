import type { FactRules } from "../../domain/rules/fact-rules.js";
import { both } from "../../flow/both.js";
import type { Db, Session } from "../../store/engine/session.js";
import { inSameSnapshot } from "../../store/engine/snapshot.js";
import { inTransaction } from "../../store/engine/transactions.js";
import { renewActivities } from "../../store/facts/activities.js";
import { openAffected } from "../../store/facts/affected.js";
import { type FactScope, isEverything } from "../../store/facts/fact-scope.js";
import {
  type FactTotals,
  type ForeignFact,
  factTotals,
  foreignAmongRemoved,
  markScope,
} from "../../store/facts/recompute-scope.js";
import { moveActors } from "../../store/facts/students.js";
import { deriveAffected, deriveAll, type FactChanges } from "../../store/facts/update-facts.js";
import type { Run } from "../../store/runs/runs.js";
import { changeSettings, type RequestedSettings } from "../../store/runs/settings.js";

/** What a recompute changed (or, in a dry run, would change). */
export interface RecomputeSummary {
  facts: FactChanges & { unchanged: number; foreign: number };
  /** XP of the facts in scope, as exact decimal text. */
  xp: { before: string; after: string };
  /** The first of the removed rows that another system wrote. */
  foreignFacts: ForeignFact[];
}

const FOREIGN_SHOWN = 20;
const NO_FOREIGN = { count: 0, first: [] };

/** Renews what is cached on landed rows: the student of every actor, the activity of every result. Returns whether any changed. */
async function renewCaches(db: Db): Promise<boolean> {
  const moved = await moveActors(db, "all");
  return (await renewActivities(db, "all")) + moved > 0;
}

/** Totals before a rebuild, and its changes. */
interface Rebuilt {
  before: FactTotals;
  made: FactChanges;
}

/** Derives all facts, half of them over the second connection if that sees the same landed rows and settings. */
async function rebuildAll({ second }: Run, session: Session, rules: FactRules): Promise<Rebuilt> {
  if (second === null) {
    const before = await factTotals(session.db, "all");
    await renewCaches(session.db);
    return { before, made: await deriveAll(session, rules, null) };
  }
  return inSameSnapshot(session, second, async (same) => {
    const [before, isChanged] = await both(factTotals(same.db, "all"), renewCaches(session.db));
    return { before, made: await deriveAll(session, rules, isChanged ? null : same) };
  });
}

async function rebuildAffected(db: Db, scope: FactScope, rules: FactRules): Promise<Rebuilt> {
  await markScope(db, scope, rules);
  const before = await factTotals(db, "affected");
  return { before, made: await deriveAffected(db, rules) };
}

/** Rebuilds the facts in scope from the landed rows, in one transaction. Idempotent. */
export async function recompute(run: Run, scope: FactScope, settings: RequestedSettings): Promise<RecomputeSummary> {
  return inTransaction(run.session, async (session) => {
    const { db } = session;
    const rules = await changeSettings(db, settings);
    const which = isEverything(scope) ? "all" : "affected";
    await openAffected(db);
    const { before, made } =
      which === "all" ? await rebuildAll(run, session, rules) : await rebuildAffected(db, scope, rules);
    const isSame = made.inserted + made.updated + made.deleted === 0;
    const after = isSame ? before : await factTotals(db, which);
    const foreign = made.deleted === 0 ? NO_FOREIGN : await foreignAmongRemoved(db, FOREIGN_SHOWN);
    return {
      facts: { ...made, unchanged: before.facts - made.updated - made.deleted, foreign: foreign.count },
      xp: { before: before.xp, after: after.xp },
      foreignFacts: foreign.first,
    };
  });
}
