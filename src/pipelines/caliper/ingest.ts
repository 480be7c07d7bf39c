import { resolve } from "node:path";
import type { InputLimits } from "../../domain/input-limits.js";
import { inLanes, type LaneOrder, type LaneWork } from "../../domain/lanes.js";
import { readAhead } from "../../domain/read-ahead.js";
import { type Checkpoint, dropCheckpoint, readCheckpoint, saveCheckpoint } from "../../store/checkpoints.js";
import type { FactChanges } from "../../store/derive.js";
import type { FactRules } from "../../store/linking.js";
import { patiently } from "../../store/patience.js";
import type { Run } from "../../store/runs.js";
import type { Session } from "../../store/session.js";
import { addChanges, withDerivedFacts } from "../facts/derived-step.js";
import { type Chunk, readChunks } from "./chunks.js";
import type { LandingRun } from "./event-row.js";
import { isLasting } from "./input.js";
import { readUnread } from "./known-lines.js";
import {
  addCounts,
  copyRecords,
  countKnown,
  type LandedRecords,
  noRecords,
  type RecordCounts,
  settleRecords,
} from "./land.js";

/** The outcome of an ingest run. */
export interface IngestSummary extends RecordCounts {
  files: number;
  facts: FactChanges;
  /** Rejects and conflicts that no run had kept before: they want attention. */
  newRejects: number;
  newConflicts: number;
  /** Files that an unfinished run had begun; their earlier records are in the counts. */
  resumed: number;
}

/** What is read, and how. */
export interface IngestRequest {
  files: readonly string[];
  chunkRecords: number;
  chunkBytes: number;
  limits: InputLimits;
  /** Throws between chunks when the run was told to stop. */
  stop(): void;
  progress(file: string, state: { rawBytes: number; records: number }): void;
}

interface Ingest {
  run: Run;
  landing: LandingRun;
  rules: FactRules;
  request: IngestRequest;
  summary: IngestSummary;
  /** The ids of the last chunk that was copied in: it may still be under way on the other connection. */
  taken: ReadonlySet<string>;
  /** Whether the last chunk held anything that was landed before. */
  isRepeated: boolean;
  /** Whether the last chunk held more that was landed before than what is new: the file may have been read before. */
  isRepeating: boolean;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * Lands Caliper files and derives the facts they touch, chunk by chunk; each chunk is committed with its facts and the
 * place in the file, so that a run that is killed is continued by the next one over the same bytes.
 */
export async function ingest(run: Run, rules: FactRules, request: IngestRequest): Promise<IngestSummary> {
  const summary: IngestSummary = {
    files: 0,
    ...noRecords(),
    facts: { inserted: 0, updated: 0, deleted: 0 },
    newRejects: 0,
    newConflicts: 0,
    resumed: 0,
  };
  const landing = { runId: run.runId, events: 0 };
  const state: Ingest = {
    run,
    landing,
    rules,
    request,
    summary,
    taken: new Set(),
    isRepeated: false,
    isRepeating: false,
  };
  for (const file of request.files) {
    await ingestFile(state, file);
    summary.files += 1;
  }
  return summary;
}

async function ingestFile(state: Ingest, file: string): Promise<void> {
  const { run, summary } = state;
  const input = { file, isLasting: await isLasting(file) };
  const checkpoint = input.isLasting ? await readCheckpoint(run.session.db, resolve(file)) : undefined;
  if (checkpoint && (await readFrom(state, input, checkpoint))) summary.resumed += 1;
  else await readFrom(state, input, undefined);
}

/** What is read; only a file can be read again from a place in it. */
interface Input {
  file: string;
  isLasting: boolean;
}

/** Reads a file from a checkpoint or from the start. False: its bytes are not those of the checkpoint, nothing was done. */
async function readFrom(state: Ingest, input: Input, checkpoint: Checkpoint | undefined): Promise<boolean> {
  const { request, run, summary } = state;
  const { file } = input;
  const counts: FileCounts = { ...noRecords(), newRejects: 0, newConflicts: 0, ...checkpoint?.counts };
  let rawBytes = 0;
  const onRawBytes = (total: number) => {
    rawBytes = total;
  };
  const resumeAt = checkpoint && { byteOffset: checkpoint.byteOffset, number: checkpoint.line };
  const chunks = readChunks({
    file,
    run: state.landing,
    leavesUnread: () => state.isRepeating,
    ...request,
    onRawBytes,
    ...(resumeAt ? { resumeAt } : {}),
  });
  if (checkpoint) {
    const prefix = (await chunks.next()).value;
    if (prefix?.prefixSha256 !== checkpoint.prefixSha256 || prefix?.end.byteOffset !== checkpoint.byteOffset) {
      await chunks.return(undefined);
      return false;
    }
  }
  const lanes: [Session, ...Session[]] = run.beside ? [run.session, run.beside] : [run.session];
  const land: LaneWork<Session, Chunk> = async (session, chunk, order) => {
    await landChunk(state, session, { ...input, chunk, counts }, order);
    request.progress(file, { rawBytes, records: counts.records });
  };
  await inLanes(lanes, readAhead(readAhead(chunks)), land, (work) => patiently(run.session, work));
  if (input.isLasting) await dropCheckpoint(run.session.db, resolve(file));
  add(summary, counts);
  return true;
}

/** Counts of one file, those of the runs that began it included: what is new wants attention when the file is done. */
type FileCounts = RecordCounts & Pick<IngestSummary, "newRejects" | "newConflicts">;

function add(sum: FileCounts, { newRejects, newConflicts, ...records }: FileCounts): void {
  addCounts(sum, records);
  sum.newRejects += newRejects;
  sum.newConflicts += newConflicts;
}

interface FileChunk extends Input {
  chunk: Chunk;
  counts: FileCounts;
}

/**
 * Lands one chunk. Over two connections, it is copied in while the facts of the one before are derived; the rest of it,
 * and its commit, wait for that one's commit.
 */
async function landChunk(state: Ingest, on: Session, file: FileChunk, order: LaneOrder): Promise<void> {
  state.request.stop();
  await readUnread(on, file.chunk);
  const records = file.chunk.builder.records();
  if (records.events.length + records.rejects.length === 0) {
    await order.alone();
    const landed = countKnown(records);
    await saveProgress(on, file, landed);
    return finishChunk(state, file, landed);
  }
  const { result, made } = await withDerivedFacts(on, state.rules, async (session) => {
    const taken = (await order.mayInsert()) ? state.taken : NONE;
    const copied = await copyRecords(session, records, { taken, allNew: !state.isRepeated });
    state.taken = new Set(records.events.ids);
    await order.alone();
    const landed = await settleRecords(session, state.run.runId, state.rules, copied);
    await saveProgress(session, file, landed);
    return landed;
  });
  finishChunk(state, file, result);
  addChanges(state.summary.facts, made);
}

/** Adds what became of a chunk that is committed to the counts of its file. */
function finishChunk(state: Ingest, { counts }: FileChunk, landed: LandedRecords): void {
  const { duplicates, conflicts, stored } = landed.counts;
  state.isRepeated = duplicates + conflicts > 0;
  state.isRepeating = duplicates > stored;
  add(counts, countsOf(landed));
}

const countsOf = ({ counts, ...fresh }: LandedRecords): FileCounts => ({ ...counts, ...fresh });

/** Saves the place where the chunk ends, with the counts of its file up to there. */
async function saveProgress(
  { db }: Session,
  { file, isLasting, chunk, counts }: FileChunk,
  landed: LandedRecords,
): Promise<void> {
  if (!isLasting) return;
  const { end, prefixSha256 } = chunk;
  const upToHere = { ...counts };
  add(upToHere, countsOf(landed));
  await saveCheckpoint(db, {
    file: resolve(file),
    byteOffset: end.byteOffset,
    line: end.number,
    prefixSha256,
    counts: upToHere,
  });
}
