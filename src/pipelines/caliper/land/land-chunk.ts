import type { FactRules } from "../../../domain/rules/fact-rules.js";
import type { LaneOrder } from "../../../flow/ordered-lanes.js";
import type { Session } from "../../../store/engine/session.js";
import type { Chunk } from "./chunks.js";
import { addLanded, copyRecords, type LandedRecords, noneLanded, openLanding, settleRecords } from "./land-records.js";
import { readUnread } from "./skip-known-lines.js";

/** What is known of the records of a run before the database is asked; it only decides what is tried first. */
export interface Expected {
  /** Whether the last part held anything that was landed before. */
  isRepeated: boolean;
  /** Whether the last part held more that was landed before than what is new: the file may have been read before. */
  isRepeating: boolean;
}

/** Nothing was read yet. */
export const nothingExpected = (): Expected => ({ isRepeated: false, isRepeating: false });

/** How a chunk of a file is landed. */
export interface ChunkLanding {
  runId: string;
  file: string;
  rules: FactRules;
  expected: Expected;
  order: LaneOrder;
  /** Receives, after each part, how many records of the chunk were read; throws when a stop was requested. */
  progress(records: number): void;
}

/**
 * Lands a chunk, a step for `withDerivedFacts`. Over two connections, its parts are copied in while the facts of the chunk
 * before are derived; the rest of it waits for that one's commit.
 */
export async function landChunk(session: Session, chunk: Chunk, landing: ChunkLanding): Promise<LandedRecords> {
  const { runId, file, rules, expected, order, progress } = landing;
  await order.previousInserted();
  const opened = await openLanding(session, runId);
  const landed = noneLanded();
  let known = 0;
  for await (const part of chunk.parts()) {
    await readUnread(session, part);
    const records = part.builder.records();
    const copied = await copyRecords(session, opened, records, {
      allNew: !expected.isRepeated,
      behind: order.previousCommitted,
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
