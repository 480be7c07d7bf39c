import * as audits from "./operations/audit.js";
import * as etl from "./operations/etl-oneroster.js";
import * as students from "./operations/find-students.js";
import * as imports from "./operations/import-oneroster.js";
import * as ingesting from "./operations/ingest.js";
import type { Invocation } from "./operations/invocation.js";
import * as landing from "./operations/land-events.js";
import { explained } from "./operations/open-store.js";
import * as recomputing from "./operations/recompute.js";
import * as rejects from "./operations/rejects.js";
import * as repairs from "./operations/repair.js";
import { packageVersion } from "./package-folder.js";

export type { ListedCorrection } from "./domain/findings/correction.js";
export type { FindingKind, Verdict } from "./domain/findings/finding-kind.js";
export type { AuditTotals, ListedFinding } from "./domain/findings/listed-finding.js";
export { InterruptedError, LockedError, TimebackError, UsageError, WorkError } from "./errors.js";
export type { AuditedDraft, AuditRequest } from "./operations/audit.js";
export type { EtlAnswer, EtlRequest } from "./operations/etl-oneroster.js";
export type { ImportAnswer, ImportInputs, ImportRequest } from "./operations/import-oneroster.js";
export type { IngestAnswer, IngestRequest } from "./operations/ingest.js";
export type { Invocation, Step } from "./operations/invocation.js";
export type { EventBatch, LandEventsAnswer } from "./operations/land-events.js";
export { openStore, type StoreOptions } from "./operations/open-store.js";
export type { RecomputeAnswer, RecomputeRequest } from "./operations/recompute.js";
export type { DiscardAnswer, ReplayAnswer, ReplayRequest } from "./operations/rejects.js";
export type { RepairAnswer, RepairRequest, RepairScope } from "./operations/repair.js";
export type { Store } from "./store/engine/session.js";

const LOCK_WAIT_SECONDS = 60;

/**
 * An invocation for the operations: `user` stands in the run log as who called. Unless `options` say otherwise, it waits 60
 * seconds for another run, asks for no settings, is never stopped, and tells nobody how far it is.
 */
export const calledBy = (user: string, options: Partial<Omit<Invocation, "caller">> = {}): Invocation => ({
  caller: { version: packageVersion(), user, arguments: [] },
  lockWaitSeconds: LOCK_WAIT_SECONDS,
  settings: {},
  stop: new AbortController().signal,
  progress() {},
  notices: { retrying() {}, plainText() {} },
  ...options,
});

/**
 * Lands Caliper NDJSON and derives the facts that it affects. An event id has one effect, however often it is read; a bad
 * record is quarantined and costs that record only. Each chunk is committed with its facts and its place in the file: a
 * run that was killed is continued by the next one over the same bytes.
 *
 * Answers with counts of records (records = stored + duplicates + conflicts + skipped + rejected) and of facts.
 * @throws UsageError for an input that is not there; LockedError; InterruptedError; WorkError, and what was committed is kept
 */
export const ingest = explained(ingesting.ingest);

/**
 * Lands one batch of events that are in memory, with their facts, in one transaction: all of it or nothing. The counts are
 * those of `ingest`. Keep a batch at some thousand events.
 * @throws LockedError; InterruptedError; WorkError, and nothing of the batch was kept
 */
export const landEvents = explained(landing.landEvents);

/**
 * Reads what changed in the OneRoster source, which is never written to, lands it and derives the facts that it affects.
 * Each batch is committed with its facts and its watermark. read = changed + unchanged + rejected + testUsers.
 * @throws UsageError for a source without its tables; LockedError; InterruptedError; WorkError
 */
export const etlOneroster = explained(etl.etlOneroster);

/** Lends a plan of what OneRoster files are loaded into; no database is needed. @throws UsageError; WorkError */
export const withImportPlan = imports.withImportPlan;

/**
 * Loads the files of a plan into schema `oneroster` of the analytics database, where `etlOneroster` reads them when it is
 * given no source. Safe to repeat; a bad row is quarantined and costs that row only.
 * @throws LockedError; InterruptedError; WorkError
 */
export const importOneroster = explained(imports.importOneroster);

/**
 * Finds XP that is counted twice or wrongly, and lends the findings to `read`, whose answer it returns; they hold only until
 * `read` has returned. Changes no record and no fact, and waits for no run. XP is exact decimal text; the whole
 * finding is the JSON in its `body` (docs/contracts.md).
 * @throws UsageError for an unknown email; InterruptedError; WorkError
 */
export const audit = explained(audits.audit);

/** Says which corrections the audit's findings call for, and what they do to the facts; changes nothing. @throws UsageError; WorkError */
export const planCorrections = explained(repairs.planCorrections);

/**
 * Corrects bundled events to their own XP, with their facts, in one transaction; the events stay as they came.
 * @throws UsageError for an unknown email or event; LockedError; WorkError where the plan is not the agreed one any more
 */
export const repair = explained(repairs.repair);

/** Takes corrections back: the facts are as if they had never been made. @throws UsageError for an unknown one; LockedError; WorkError */
export const undoCorrections = explained(repairs.undoCorrections);

/**
 * Rebuilds facts from what was landed, in one transaction; after a load it changes nothing. XP before and after is exact
 * decimal text.
 * @throws UsageError for an unknown email or setting; LockedError; WorkError
 */
export const recompute = explained(recomputing.recompute);

/** Reads quarantined Caliper records again; what can be landed now leaves the quarantine. @throws UsageError; LockedError; WorkError */
export const replay = explained(rejects.replay);

/** Removes records from the quarantine for good. @throws UsageError for an unknown id; LockedError; WorkError */
export const discard = explained(rejects.discard);

/** The ids of the students behind an email, at least one. @throws UsageError naming the nearest known emails */
export const findStudents = explained(students.findStudents);
