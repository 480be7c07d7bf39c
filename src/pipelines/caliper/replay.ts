import type { FactRules } from "../../domain/rules/fact-rules.js";
import type { FactChanges } from "../../store/facts/update-facts.js";
import { dropReplayed, openReplay, type ReplayLine, replayPage } from "../../store/landing/reject-replay.js";
import { type RejectFilter, rejectId } from "../../store/landing/rejects.js";
import type { Run } from "../../store/runs/runs.js";
import { addChanges } from "../facts/derived-step.js";
import { addLanded, type LandedRecords, noneLanded } from "./land/land-records.js";
import { type BatchRun, landBatch } from "./land-batch.js";

/** Outcomes of the replayed records. */
export interface ReplaySummary extends LandedRecords {
  /** Rejected records that were read again; a rejected line counts once, however many records it yields now. */
  lines: number;
  facts: FactChanges;
  /** Requested rejects that cannot be replayed: their record was not kept, or is not Caliper. */
  left: number;
}

/** Which rejects, the page size, and `stop`, which is called between pages. */
export interface ReplayRequest {
  filter: RejectFilter;
  page: { lines: number; bytes: number };
  stop(): void;
}

/**
 * Reads rejected records again, at their original addresses: what can be landed now is landed and leaves the quarantine, and what is
 * rejected again for the same reason keeps its id. Each page is committed with its facts. Idempotent.
 */
export async function replayRejects(
  { runId, session }: Run,
  rules: FactRules,
  { filter, page: size, stop }: ReplayRequest,
): Promise<ReplaySummary> {
  const { lines, left } = await openReplay(session.db, filter);
  const facts = { inserted: 0, updated: 0, deleted: 0 };
  const summary: ReplaySummary = { lines, ...noneLanded(), facts, left };
  const batch = { session, landing: { runId, events: 0 }, rules };
  for (let next = 1; next <= lines; ) {
    stop();
    const page = await replayPage(session.db, next, size);
    for (const group of byFile(page)) await replayLines(batch, group, summary);
    next = (page.at(-1)?.ordinal ?? lines) + 1;
  }
  return summary;
}

/** Groups lines by file. */
function byFile(lines: readonly ReplayLine[]): ReplayLine[][] {
  return [...new Set(lines.map(({ file }) => file))].map((file) => lines.filter((line) => line.file === file));
}

async function replayLines(run: BatchRun, lines: readonly ReplayLine[], summary: ReplaySummary): Promise<void> {
  const ordinals = lines.map(({ ordinal }) => ordinal);
  const { landed, facts } = await landBatch(run, { file: lines[0]?.file ?? "", lines }, ({ db }, rejects) =>
    dropReplayed(db, ordinals, rejects.map(rejectId)),
  );
  addLanded(summary, landed);
  addChanges(summary.facts, facts);
}
