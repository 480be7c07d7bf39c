import type { FactRules } from "../../../domain/rules/fact-rules.js";
import type { LaneOrder } from "../../../flow/ordered-lanes.js";
import type { Session } from "../../../store/engine/session.js";
import type { Chunk } from "./chunks.js";
import { addLanded, copyRecords, type LandedRecords, noneLanded, openLanding, settleRecords } from "./land-records.js";
import { skipKnownLines } from "./skip-known-lines.js";

/** What to expect of the next records; it only decides which path is tried first. */
export interface Expected {
  /** Whether the last part held any event landed before. */
  isRepeated: boolean;
  /** Whether most events of the last part were landed before: the file has probably been read before. */
  isRepeating: boolean;
}

/** The expectation before anything is read. */
export const noExpectation = (): Expected => ({ isRepeated: false, isRepeating: false });

/** How to land a chunk. */
export interface ChunkLanding {
  runId: string;
  file: string;
  rules: FactRules;
  expected: Expected;
  order: LaneOrder;
  /** Called after each part with the number of records read of the chunk; throws if the run was asked to stop. */
  progress(records: number): void;
}

/**
 * Lands a chunk; a step for `withDerivedFacts`. With two connections, its parts are copied in while the facts of the previous chunk
 * are derived; the rest waits for that chunk's commit.
 */
export async function landChunk(session: Session, chunk: Chunk, landing: ChunkLanding): Promise<LandedRecords> {
  const { runId, file, rules, expected, order, progress } = landing;
  await order.previousInserted();
  const opened = await openLanding(session, runId);
  const landed = noneLanded();
  let known = 0;
  for await (const part of chunk.parts()) {
    await skipKnownLines(session, part);
    const records = part.builder.records();
    const copied = await copyRecords(session, opened, records, {
      allNew: !expected.isRepeated,
      previousCommitted: order.previousCommitted,
    });
    expected.isRepeated = copied.duplicates > 0;
    expected.isRepeating = copied.duplicates > copied.stored;
    known += records.known;
    addLanded(landed, copied);
    progress(landed.records);
  }
  await order.inserted();
  return settleRecords(session, opened, { rules, file, landed, known });
}
