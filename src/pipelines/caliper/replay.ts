import type { FactChanges } from "../../store/derive.js";
import type { FactRules } from "../../store/linking.js";
import { patiently } from "../../store/patience.js";
import { dropReplayed, openReplay, type ReplayLine, replayPage } from "../../store/reject-replay.js";
import { rejectId } from "../../store/rejects.js";
import type { Run } from "../../store/runs.js";
import type { Session } from "../../store/session.js";
import { addChanges, withDerivedFacts } from "../facts/derived-step.js";

import { addCounts, copyRecords, noRecords, type RecordCounts, settleRecords } from "./land.js";
import { RecordBuilder } from "./record-builder.js";

/** What became of the records of the lines that were read again. */
export interface ReplaySummary extends RecordCounts {
  lines: number;
  facts: FactChanges;
  newRejects: number;
  newConflicts: number;
  /** Rejects of the quarantine that cannot be replayed: their record was not kept, or is no line of Caliper. */
  left: number;
}

/** Which rejects (null: all that can be replayed), and what stops the run between two pages. */
export interface ReplayRequest {
  ids: readonly string[] | null;
  stop(): void;
}

const PAGE_LINES = 50;
const NOTHING_KNOWN = { taken: new Set<string>(), allNew: false };

/**
 * Reads the kept lines of rejects again, as if they stood in their files: what can be landed now is landed and leaves
 * the quarantine. The other records of such a line count as duplicates. What is rejected again for the same reason
 * keeps its id. Each page is committed with its facts; a second replay changes nothing.
 */
export async function replayRejects(run: Run, rules: FactRules, { ids, stop }: ReplayRequest): Promise<ReplaySummary> {
  const { lines, left } = await openReplay(run.session.db, ids);
  const facts = { inserted: 0, updated: 0, deleted: 0 };
  const summary: ReplaySummary = { lines, ...noRecords(), facts, newRejects: 0, newConflicts: 0, left };
  for (let from = 1; from <= lines; from += PAGE_LINES) {
    stop();
    for (const group of byFile(await replayPage(run.session.db, from, PAGE_LINES)))
      await replayLines(run, rules, group, summary);
  }
  return summary;
}

/** The lines come ordered by file. */
function byFile(lines: readonly ReplayLine[]): ReplayLine[][] {
  return [...new Set(lines.map(({ file }) => file))].map((file) => lines.filter((line) => line.file === file));
}

async function replayLines(
  run: Run,
  rules: FactRules,
  lines: readonly ReplayLine[],
  summary: ReplaySummary,
): Promise<void> {
  const builder = new RecordBuilder(lines[0]?.file ?? "", run.runId);
  for (const { file, line, byteOffset, text } of lines)
    builder.add({ kind: "text", file, number: line, byteOffset, text });
  const records = builder.records();
  const replay = async (session: Session) => {
    const copied = await copyRecords(session, records, NOTHING_KNOWN);
    const landed = await settleRecords(session, run.runId, rules, copied);
    await dropReplayed(
      session.db,
      lines.map(({ ordinal }) => ordinal),
      records.rejects.map(rejectId),
    );
    return landed;
  };
  const { result, made } = await patiently(run.session, () => withDerivedFacts(run.session, rules, replay));
  addCounts(summary, result.counts);
  summary.newRejects += result.newRejects;
  summary.newConflicts += result.newConflicts;
  addChanges(summary.facts, made);
}
