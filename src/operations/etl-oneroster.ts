import { IMPORTED_SCHEMA, OVERLAP_DAYS } from "../domain/rules/oneroster-source.js";
import type { FactPlan } from "../domain/views/fact-plan.js";
import { UsageError } from "../errors.js";
import { type EtlSummary, runEtl } from "../pipelines/oneroster/etl.js";
import { plainTextHost } from "../store/engine/postgres.js";
import type { Store } from "../store/engine/session.js";
import { withPlannedRun } from "../store/facts/dry-run.js";
import { withSource } from "../store/open.js";
import type { Run } from "../store/runs/runs.js";
import { factRules, storeSettings } from "../store/runs/settings.js";
import { inspectSource, type Source } from "../store/source/inspect.js";
import { type Invocation, runRequest, stopOn } from "./invocation.js";

/** Rows that are held at once, and that are committed at once: first, and later. */
const RESULTS = { page: 4_000, first: 50_000, batch: 150_000 };
/** The same of other tables: short rows, often without an index in the order in which they are read, so that each page is a look at all. */
const REFERENCE = { page: 25_000, first: 150_000, batch: 150_000 };

const COMMAND = "etl oneroster";
const SECONDS_PER_DAY = 86_400;

/** What is read from the OneRoster source, and how. */
export interface EtlRequest {
  /** URL of the source database, which is only read; without one, the imported tables of the analytics database are the source. */
  sourceUrl?: string | undefined;
  /** Schema of the source tables: `public` by default, and that of imported CSV where there is no URL. */
  sourceSchema?: string | undefined;
  /** Read everything, and void the results that the source no longer has. */
  full?: boolean | undefined;
  /** Read what was modified from here, as naive UTC text (`2025-03-09 10:00:00`), instead of from the watermark. */
  since?: string | null | undefined;
  /** How far before the watermark to start; 7 days by default. */
  overlapSeconds?: number | undefined;
  /** Say what would change; write nothing. */
  dryRun?: boolean | undefined;
}

/** What was read and landed; a dry run also says what it would do to the facts. */
export interface EtlAnswer extends EtlSummary {
  runId: string;
  plan?: FactPlan;
}

/** @throws UsageError for a request that contradicts itself */
export function checkEtl({ full, since }: EtlRequest): void {
  if (full && since != null) throw new UsageError("--full already reads everything: leave out --since");
}

/**
 * Reads what changed in the OneRoster source (results, users, resources, line items), lands it and derives the facts that it
 * affects. Each batch is committed with its facts and its watermark: a run that was killed is continued by the next.
 * @throws UsageError for a request that contradicts itself, a source that lacks its tables, or a setting the database does
 * not have; LockedError; WorkError
 */
export async function etlOneroster(store: Store, request: EtlRequest, invocation: Invocation): Promise<EtlAnswer> {
  checkEtl(request);
  const { sourceUrl, sourceSchema, dryRun = false } = request;
  const { settings, notices } = invocation;
  await factRules(store.db, settings);
  const run = runRequest(COMMAND, invocation, { dryRun, second: !dryRun && sourceUrl !== undefined });
  const read = (ofRun: Run, source: Source) => readSource(ofRun, source, request, invocation);
  if (sourceUrl === undefined) {
    const schema = sourceSchema ?? IMPORTED_SCHEMA;
    await store.withSession((session) => inspectSource(session, schema));
    return withPlannedRun(store, run, async (ofRun) => read(ofRun, await inspectSource(ofRun.session, schema)));
  }
  const host = plainTextHost(sourceUrl);
  const options = { url: sourceUrl, command: COMMAND, announce: notices.retrying };
  return withSource(options, (sourceStore) =>
    sourceStore.withSession(async (session) => {
      if (host !== null) notices.plainText(host);
      const source = await inspectSource(session, sourceSchema ?? "public");
      return withPlannedRun(store, run, (ofRun) => read(ofRun, source));
    }),
  );
}

async function readSource(
  run: Run,
  source: Source,
  { full = false, since = null, overlapSeconds = OVERLAP_DAYS * SECONDS_PER_DAY }: EtlRequest,
  { settings, stop, progress }: Invocation,
): Promise<EtlSummary & { runId: string }> {
  const rules = await storeSettings(run.session.db, settings);
  const summary = await runEtl(run, source, rules, {
    full,
    since,
    overlapSeconds,
    rows: { results: RESULTS, reference: REFERENCE },
    stop: stopOn(stop),
    progress: (table, rows) => progress({ doing: table, count: rows }),
  });
  return { runId: run.runId, ...summary };
}
