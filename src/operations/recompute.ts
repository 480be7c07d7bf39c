import type { FactPlan } from "../domain/views/fact-plan.js";
import { UsageError } from "../errors.js";
import { type RecomputeSummary, recompute as recomputeFacts } from "../pipelines/facts/recompute.js";
import type { Store } from "../store/engine/session.js";
import { withPlannedRun } from "../store/facts/dry-run.js";
import { checkSettings, type RequestedSettings } from "../store/runs/settings.js";
import { findStudents } from "./find-students.js";
import { type Invocation, runRequest } from "./invocation.js";

/** Which facts are rebuilt, and which settings are changed with that. */
export interface RecomputeRequest {
  /** One student; null is everybody. */
  email?: string | null | undefined;
  /** Days of facts, `YYYY-MM-DD` in the stored zone, both inclusive; null is no bound. */
  from?: string | null | undefined;
  to?: string | null | undefined;
  /** Settings that shape facts or findings, by key; only with everything in scope. */
  set?: RequestedSettings | undefined;
  /** Say what would change; write nothing. */
  dryRun?: boolean | undefined;
}

/** What was rebuilt; a dry run also says what it would do to the facts. */
export interface RecomputeAnswer extends RecomputeSummary {
  runId: string;
  plan?: FactPlan;
}

/** @throws UsageError for a setting that is unknown, or that a scope forbids */
export function checkRecompute({ email, from, to, set = {} }: RecomputeRequest): void {
  if (Object.keys(set).length > 0 && (email ?? from ?? to ?? null) !== null)
    throw new UsageError("--set changes every fact: leave out the email and the days");
  checkSettings(set);
}

/**
 * Rebuilds facts from what was landed, in one transaction; after a load it changes nothing. Rows that another system wrote
 * into `processed_facts` are removed, and listed in the answer.
 * @throws UsageError for an unknown email or setting; LockedError; WorkError
 */
export async function recompute(
  store: Store,
  request: RecomputeRequest,
  invocation: Invocation,
): Promise<RecomputeAnswer> {
  checkRecompute(request);
  const { email = null, from = null, to = null, set = {}, dryRun } = request;
  const students = await findStudents(store.db, email);
  return withPlannedRun(store, runRequest("recompute", invocation, { dryRun, second: true }), async (run) => ({
    runId: run.runId,
    ...(await recomputeFacts(run, { students, from, to }, set)),
  }));
}
