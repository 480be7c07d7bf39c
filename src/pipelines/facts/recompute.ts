import { renewActivities } from "../../store/activities.js";
import { deriveFacts, type FactChanges } from "../../store/derive.js";
import {
  type FactScope,
  type ForeignFact,
  factTotals,
  foreignAmongRemoved,
  isEverything,
  touchScope,
} from "../../store/recompute-scope.js";
import { inTransaction, type Run } from "../../store/runs.js";
import type { Session } from "../../store/session.js";
import { changeSettings, type RequestedSettings } from "../../store/settings.js";
import { moveActors } from "../../store/students.js";
import { openTouched } from "../../store/touched.js";

/** What a recompute changed (or, as a plan, would change). */
export interface RecomputeSummary {
  facts: FactChanges & { unchanged: number; foreign: number };
  /** Exact decimal text: the XP of the facts in scope. */
  xp: { before: string; after: string };
  /** The first of the rows that another system wrote, and that were removed. */
  foreignFacts: ForeignFact[];
}

const FOREIGN_SHOWN = 20;
const NO_FOREIGN = { count: 0, first: [] };

/** What is kept beside landed rows for speed: the student of every actor, the activity of every result. */
async function renewCaches(db: Session["db"]): Promise<void> {
  await moveActors(db, "all");
  await renewActivities(db, "all");
}

/** Rebuilds the facts in scope from what was landed, in one transaction. A second run changes nothing. */
export async function recompute(run: Run, scope: FactScope, settings: RequestedSettings): Promise<RecomputeSummary> {
  return inTransaction(run.session, async ({ db }) => {
    const rules = await changeSettings(db, settings);
    const which = isEverything(scope) ? "all" : "touched";
    await openTouched(db);
    if (which === "all") await renewCaches(db);
    else await touchScope(db, scope, rules);
    const before = await factTotals(db, which);
    const made = await deriveFacts(db, rules, which);
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
