import type { FactRules } from "../../domain/rules/fact-rules.js";
import { withRetries } from "../../store/engine/retry.js";
import type { Session } from "../../store/engine/session.js";
import type { FactChanges } from "../../store/facts/update-facts.js";
import type { Reject } from "../../store/landing/rejects.js";
import { withDerivedFacts } from "../facts/derived-step.js";
import type { LandingRun } from "./land/event-row.js";
import { copyRecords, type LandedRecords, openLanding, settleRecords } from "./land/land-records.js";
import { RecordBuilder } from "./land/record-builder.js";

/** A record in memory, or one of several in a line, with the address for its reject. */
export interface BatchLine {
  /** 1-based. */
  line: number;
  /** Index in its original line of a record that is now a line of its own, from 0. */
  member: number;
  byteOffset: number;
  text: string;
}

/** The session and run that land a batch, and the rules. */
export interface BatchRun {
  session: Session;
  landing: LandingRun;
  rules: FactRules;
}

const NO_EXPECTATION = { allNew: false, async previousCommitted() {} };

/**
 * Lands lines of one file (or of what addresses name in its place) and derives the facts they affect, in one transaction that is
 * retried after transient errors. `also` runs inside it, with the rejects.
 */
export async function landBatch(
  { session, landing, rules }: BatchRun,
  { file, lines }: { file: string; lines: readonly BatchLine[] },
  also: (session: Session, rejects: readonly Reject[]) => Promise<void> = async () => {},
): Promise<{ landed: LandedRecords; facts: FactChanges }> {
  const builder = new RecordBuilder(file, landing);
  for (const { line, member, byteOffset, text } of lines)
    builder.add({ kind: "text", file, number: line, byteOffset, text }, { member });
  const records = builder.records();
  const land = async (inside: Session) => {
    const opened = await openLanding(inside, landing.runId);
    const copied = await copyRecords(inside, opened, records, NO_EXPECTATION);
    const landed = await settleRecords(inside, opened, { rules, file, landed: copied, known: 0 });
    await also(inside, records.rejects);
    return landed;
  };
  const { result, made } = await withRetries(session, () => withDerivedFacts(session, rules, land));
  return { landed: result, facts: made };
}
