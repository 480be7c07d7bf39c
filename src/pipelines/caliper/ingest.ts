import { resolve } from "node:path";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import type { InputLimits } from "../../domain/values/input-limits.js";
import { inLanes, type LaneOrder, type LaneWork, stoppable } from "../../flow/ordered-lanes.js";
import { withRetries } from "../../store/engine/retry.js";
import type { Session } from "../../store/engine/session.js";
import type { FactChanges } from "../../store/facts/update-facts.js";
import { type Checkpoint, dropCheckpoint, readCheckpoint, saveCheckpoint } from "../../store/runs/checkpoints.js";
import type { Run } from "../../store/runs/runs.js";
import { addChanges, withDerivedFacts } from "../facts/derived-step.js";
import { type InputSource, isLasting } from "./input/input.js";
import { type Chunk, PARTS_OF_CHUNK, readChunks } from "./land/chunks.js";
import type { LandingRun } from "./land/event-row.js";
import { type Expected, landChunk, noExpectation } from "./land/land-chunk.js";
import { addLanded, type LandedRecords, noneLanded } from "./land/land-records.js";
import { type Place, readParts } from "./land/parts.js";

/** The outcome of an ingest run. */
export interface IngestSummary extends LandedRecords {
  files: number;
  facts: FactChanges;
  /** Files resumed from an unfinished run; their earlier records are included in the counts. */
  resumed: number;
}

/** What to ingest, and how. */
export interface IngestRequest {
  inputs: readonly InputSource[];
  /** Approximate number of records, and of bytes, landed in one transaction. */
  chunkRecords: number;
  chunkBytes: number;
  limits: InputLimits;
  /** Throws if the run was asked to stop. */
  stop(): void;
  progress(file: string, state: { rawBytes: number; records: number }): void;
}

interface Ingest {
  run: Run;
  landing: LandingRun;
  rules: FactRules;
  request: IngestRequest;
  summary: IngestSummary;
  expected: Expected;
}

/**
 * Lands Caliper files and derives the facts they affect, chunk by chunk. Each chunk is committed together with its facts and a
 * checkpoint, so a run that was killed is continued by the next run over the same bytes.
 */
export async function ingest(run: Run, rules: FactRules, request: IngestRequest): Promise<IngestSummary> {
  const summary: IngestSummary = {
    files: 0,
    ...noneLanded(),
    facts: { inserted: 0, updated: 0, deleted: 0 },
    resumed: 0,
  };
  const landing = { runId: run.runId, events: 0 };
  const state: Ingest = { run, landing, rules, request, summary, expected: noExpectation() };
  for (const source of request.inputs) {
    await ingestInput(state, source);
    summary.files += 1;
  }
  return summary;
}

async function ingestInput(state: Ingest, source: InputSource): Promise<void> {
  const { run, summary } = state;
  const { from } = source;
  const lastingPath = (await isLasting(source)) && typeof from === "string" ? resolve(from) : null;
  const input = { source, lastingPath };
  const checkpoint = lastingPath === null ? undefined : await readCheckpoint(run.session.db, lastingPath);
  if (checkpoint && (await readFrom(state, input, checkpoint))) summary.resumed += 1;
  else await readFrom(state, input, undefined);
}

/** One input. */
interface Input {
  source: InputSource;
  /** Absolute path of a file that can be read again from a checkpoint; null for a pipe or a stream. */
  lastingPath: string | null;
}

/** Where an earlier run stopped. */
const placeOf = ({ byteOffset, line, prefixSha256 }: Checkpoint): Place => ({
  end: { byteOffset, number: line },
  prefixSha256,
});

/**
 * Ingests an input from a checkpoint or from the start. Returns false, having done nothing, if the lines before the checkpoint have
 * changed.
 */
async function readFrom(state: Ingest, input: Input, checkpoint: Checkpoint | undefined): Promise<boolean> {
  const { request, run, summary, expected } = state;
  const { source, lastingPath } = input;
  const counts: LandedRecords = { ...noneLanded(), ...checkpoint?.counts };
  const start = checkpoint && placeOf(checkpoint);
  let rawBytes = 0;
  const options = {
    source,
    isLasting: lastingPath !== null,
    run: state.landing,
    partRecords: Math.ceil(request.chunkRecords / PARTS_OF_CHUNK),
    partBytes: Math.ceil(request.chunkBytes / PARTS_OF_CHUNK),
    limits: request.limits,
    defersParsing: () => expected.isRepeating,
    onRawBytes: (total: number) => {
      rawBytes = total;
    },
    stop: request.stop,
  };
  const parts = readParts({ ...options, ...(start ? { resumeAt: start.end } : {}) });
  if (start) {
    const prefix = (await parts.next()).value;
    if (prefix?.prefixSha256 !== start.prefixSha256) {
      await parts.return(undefined);
      return false;
    }
  }
  const progress = (records: number) => request.progress(source.name, { rawBytes, records });
  const land: LaneWork<Session, Chunk> = (session, chunk, order) =>
    commitChunk(state, session, { ...input, chunk, counts, progress }, stoppable(order, request.stop)).finally(() =>
      chunk.release(),
    );
  const lanes: [Session, ...Session[]] = run.second ? [run.session, run.second] : [run.session];
  await inLanes(lanes, readChunks(parts, start, options), land, (work) => withRetries(run.session, work));
  if (lastingPath !== null) await dropCheckpoint(run.session.db, lastingPath);
  addLanded(summary, counts);
  return true;
}

/** A chunk of an input. */
interface ChunkInput extends Input {
  chunk: Chunk;
  /** Counts of what the file has committed. */
  counts: LandedRecords;
  progress(records: number): void;
}

/** Commits one chunk with its facts and a checkpoint at its end. */
async function commitChunk(state: Ingest, on: Session, input: ChunkInput, order: LaneOrder): Promise<void> {
  const { run, rules, request, expected } = state;
  const { source, chunk, counts } = input;
  const file = source.name;
  const progress = (records: number) => {
    input.progress(counts.records + records);
    request.stop();
  };
  request.stop();
  const { result, made } = await withDerivedFacts(on, rules, async (session) => {
    const landed = await landChunk(session, chunk, { runId: run.runId, file, rules, expected, order, progress });
    await saveProgress(session, input, landed);
    return landed;
  });
  addLanded(counts, result);
  addChanges(state.summary.facts, made);
}

/** Saves a checkpoint at the chunk's end, with the counts of the file up to there. */
async function saveProgress(
  { db }: Session,
  { lastingPath, chunk, counts }: ChunkInput,
  landed: LandedRecords,
): Promise<void> {
  if (lastingPath === null) return;
  const { end, prefixSha256 } = chunk.end;
  const upToHere = { ...counts };
  addLanded(upToHere, landed);
  await saveCheckpoint(db, {
    file: lastingPath,
    byteOffset: end.byteOffset,
    line: end.number,
    prefixSha256,
    counts: upToHere,
  });
}
