import type { FactRules } from "../../domain/rules/fact-rules.js";
import { withRetries } from "../../store/engine/retry.js";
import type { Session } from "../../store/engine/session.js";
import type { FactChanges } from "../../store/facts/update-facts.js";
import { dropReplayed, openReplay, type ReplayLine, replayPage } from "../../store/landing/reject-replay.js";
import { type RejectFilter, rejectId } from "../../store/landing/rejects.js";
import type { Run } from "../../store/runs/runs.js";
import { addChanges, withDerivedFacts } from "../facts/derived-step.js";
import type { LandingRun } from "./land/event-row.js";
import {
  addLanded,
  copyRecords,
  type LandedRecords,
  noneLanded,
  openLanding,
  settleRecords,
} from "./land/land-records.js";
import { RecordBuilder } from "./land/record-builder.js";

/** What became of the records that were read again. */
export interface ReplaySummary extends LandedRecords {
  /** Rejected records that were read; of a line that was none, all that it holds now. */
  lines: number;
  facts: FactChanges;
  /** Rejects that were asked for and cannot be replayed: their record was not kept, or is no line of Caliper. */
  left: number;
}

/** Which rejects, and what stops the run between two pages. */
export interface ReplayRequest {
  filter: RejectFilter;
  stop(): void;
}

const PAGE = { lines: 500, bytes: 8 * 2 ** 20 };
const NOTHING_EXPECTED = { allNew: false, async behind() {} };

/**
 * Reads rejected records again, as if they stood in their files: what can be landed now is landed and leaves the
 * quarantine. What is rejected again for the same reason keeps its id. Each page is committed with its facts; a second
 * replay changes nothing.
 */
export async function replayRejects(
  run: Run,
  rules: FactRules,
  { filter, stop }: ReplayRequest,
): Promise<ReplaySummary> {
  const { lines, left } = await openReplay(run.session.db, filter);
  const facts = { inserted: 0, updated: 0, deleted: 0 };
  const summary: ReplaySummary = { lines, ...noneLanded(), facts, left };
  const landing = { runId: run.runId, events: 0 };
  for (let next = 1; next <= lines; ) {
    stop();
    const page = await replayPage(run.session.db, next, PAGE);
    for (const group of byFile(page)) await replayLines({ run, landing, rules }, group, summary);
    next = (page.at(-1)?.ordinal ?? lines) + 1;
  }
  return summary;
}

/** The lines come ordered by file. */
function byFile(lines: readonly ReplayLine[]): ReplayLine[][] {
  return [...new Set(lines.map(({ file }) => file))].map((file) => lines.filter((line) => line.file === file));
}

async function replayLines(
  { run, landing, rules }: { run: Run; landing: LandingRun; rules: FactRules },
  lines: readonly ReplayLine[],
  summary: ReplaySummary,
): Promise<void> {
  const builder = new RecordBuilder(lines[0]?.file ?? "", landing);
  for (const { file, line, member, byteOffset, text } of lines)
    builder.add({ kind: "text", file, number: line, byteOffset, text }, { member });
  const records = builder.records();
  const replay = async (session: Session) => {
    const opened = await openLanding(session, run.runId);
    const copied = await copyRecords(session, opened, records, NOTHING_EXPECTED);
    const landed = await settleRecords(session, opened, {
      rules,
      file: records.events.file,
      landed: copied,
      known: 0,
    });
    await dropReplayed(
      session.db,
      lines.map(({ ordinal }) => ordinal),
      records.rejects.map(rejectId),
    );
    return landed;
  };
  const { result, made } = await withRetries(run.session, () => withDerivedFacts(run.session, rules, replay));
  addLanded(summary, result);
  addChanges(summary.facts, made);
}
