import type { FactRules } from "../../domain/rules/fact-rules.js";
import { withRetries } from "../../store/engine/retry.js";
import type { Session } from "../../store/engine/session.js";
import type { FactChanges } from "../../store/facts/update-facts.js";
import type { Reject } from "../../store/landing/rejects.js";
import { withDerivedFacts } from "../facts/derived-step.js";
import type { LandingRun } from "./land/event-row.js";
import { copyRecords, type LandedRecords, openLanding, settleRecords } from "./land/land-records.js";
import { RecordBuilder } from "./land/record-builder.js";

/** A record in memory, or a line of several, with the address that it has if it is rejected. */
export interface BatchLine {
  /** From 1. */
  line: number;
  /** Place in its line of a record that now stands by itself, from 0. */
  member: number;
  byteOffset: number;
  text: string;
}

/** Who lands a batch, and by which rules. */
export interface BatchRun {
  session: Session;
  landing: LandingRun;
  rules: FactRules;
}

const NOTHING_EXPECTED = { allNew: false, async behind() {} };

/**
 * Lands some lines of one file (or of what stands for one in addresses) and derives the facts that they affect, in one
 * transaction, tried again where the database refused it for a reason that passes. `also` is done in it too, with what was rejected.
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
    const copied = await copyRecords(inside, opened, records, NOTHING_EXPECTED);
    const landed = await settleRecords(inside, opened, { rules, file, landed: copied, known: 0 });
    await also(inside, records.rejects);
    return landed;
  };
  const { result, made } = await withRetries(session, () => withDerivedFacts(session, rules, land));
  return { landed: result, facts: made };
}
