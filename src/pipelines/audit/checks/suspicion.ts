import { type Finding, type FindingKind, findingId } from "../../../domain/findings/finding.js";
import type { Suspect } from "../../../store/audit/record-checks/suspicion-columns.js";

/** What a suspicion adds to the columns of `Suspect`; `about` names the rows concerned. */
interface Claim {
  kind: FindingKind;
  about: readonly string[];
  summary: string;
  evidence: Finding["evidence"];
}

/** A finding that only reports: the XP counted stays the same. */
export const suspicion = (
  { studentId, email, date, app, counted }: Suspect,
  { kind, about, summary, evidence }: Claim,
): Finding => ({
  id: findingId(kind, studentId, about),
  kind,
  verdict: "suspected",
  studentId,
  email,
  date,
  app,
  summary,
  counted,
  truth: counted,
  inflation: "0",
  pending: false,
  particulars: {},
  evidence,
});
