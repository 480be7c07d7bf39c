import { defaultLimits, type InputLimits } from "../domain/values/input-limits.js";
import type { FactPlan } from "../domain/views/fact-plan.js";
import { type IngestSummary, ingest as ingestInputs } from "../pipelines/caliper/ingest.js";
import { type InputSource, sizeOfInput } from "../pipelines/caliper/input/input.js";
import type { Store } from "../store/engine/session.js";
import { withPlannedRun } from "../store/facts/dry-run.js";
import { CALIPER_COMMANDS } from "../store/landing/reject-replay.js";
import { factRules, storeSettings } from "../store/runs/settings.js";
import { type Invocation, runRequest, stopOn } from "./invocation.js";

/** A chunk, the unit of commit, ends after this many records or bytes, whichever comes first. */
const CHUNK_RECORDS = 100_000;
const CHUNK_BYTES = 180 << 20;

/** What is ingested, and how. */
export interface IngestRequest {
  /** Caliper NDJSON: envelopes, bare events, arrays, stored events; plain or gzip. */
  inputs: readonly InputSource[];
  /** Say what would change; write nothing. */
  dryRun?: boolean | undefined;
  /** Records of a chunk, the unit of commit. */
  chunkRecords?: number | undefined;
  limits?: Partial<InputLimits> | undefined;
}

/** What became of the records; a dry run also says what it would do to the facts. */
export interface IngestAnswer extends IngestSummary {
  runId: string;
  plan?: FactPlan;
}

/** The size of each input in bytes, by name; null where it has none. @throws UsageError for an input that is not there */
export async function sizesOf(inputs: readonly InputSource[]): Promise<Map<string, number | null>> {
  const sizes = new Map<string, number | null>();
  for (const input of inputs) sizes.set(input.name, await sizeOfInput(input));
  return sizes;
}

/**
 * Lands Caliper events and derives the facts that they affect. An event id has one effect, however often it is read; a bad
 * record is quarantined and costs that record only. Each chunk is committed with its facts and its place in the file, so a
 * run that was killed is continued by the next one over the same bytes.
 * @throws UsageError for an input that is not there, or a setting the database does not have; LockedError; WorkError
 */
export async function ingest(store: Store, request: IngestRequest, invocation: Invocation): Promise<IngestAnswer> {
  const { inputs, dryRun = false, chunkRecords = CHUNK_RECORDS, limits } = request;
  const { settings, stop, progress } = invocation;
  const sizes = await sizesOf(inputs);
  await factRules(store.db, settings);
  return withPlannedRun(
    store,
    runRequest(CALIPER_COMMANDS.ingest, invocation, { dryRun, second: !dryRun }),
    async (run) => {
      const rules = await storeSettings(run.session.db, settings);
      const summary = await ingestInputs(run, rules, {
        inputs,
        chunkRecords,
        chunkBytes: CHUNK_BYTES,
        limits: { ...defaultLimits, ...limits },
        stop: stopOn(stop),
        progress: (file, { rawBytes, records }) =>
          progress({ doing: file, count: records, bytes: { done: rawBytes, total: sizes.get(file) ?? null } }),
      });
      return { runId: run.runId, ...summary };
    },
  );
}
