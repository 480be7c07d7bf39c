import { findingJson } from "../../../domain/findings/finding.js";
import type { Verification } from "../../../domain/findings/verification.js";
import type { AuditRules } from "../../../domain/rules/audit-rules.js";
import { judgeStudent } from "../../../domain/rules/bundling.js";
import { appCountsOf, type FormulaCounts } from "../../../domain/rules/calibrate.js";
import type { Calibration } from "../../../domain/rules/calibration.js";
import { calibrated } from "../../../domain/rules/calibration-counts.js";
import { RULE_VERSION } from "../../../domain/rules/rule-version.js";
import { wordsOf } from "../../../errors.js";
import { auditRulesOf, checkSettings } from "../../../store/runs/settings.js";
import { bundledFinding } from "../checks/bundled-finding.js";
import { differencesOf, membersOf } from "../checks/json-members.js";
import { suspectOf, uncorrected } from "../checks/suspect-event.js";
import type { ReadEvent } from "./evidence-lookup.js";
import { type Evidence, formulaSet, unsealed } from "./file.js";
import { rawDisagreement } from "./verify-event.js";

/**
 * Recomputes the finding of an evidence file from the file alone and compares it byte for byte (docs/evidence.md). Needs no database.
 * `readEvent` reads the payload of a landed event.
 */
export function verify(file: string, readEvent: ReadEvent): Verification {
  const opened = unsealed(file);
  const nothing = { verified: false, findingId: null, verdict: null, arithmetic: null, fingerprint: null };
  if (typeof opened === "string") return { ...nothing, difference: opened };
  const { evidence, finding, fingerprint } = opened;
  const rules = rulesOf(evidence);
  const difference =
    typeof rules === "string"
      ? rules
      : (rawDisagreement(evidence, rules, readEvent) ?? judgedAgain(evidence, rules, finding));
  return {
    verified: difference === null,
    findingId: evidence.finding.id,
    verdict: evidence.finding.verdict,
    arithmetic: arithmeticOf(evidence),
    fingerprint,
    difference,
  };
}

function arithmeticOf({ finding }: Evidence): string | null {
  const { evidence } = finding as { evidence?: { arithmetic?: unknown } };
  return typeof evidence?.arithmetic === "string" ? evidence.arithmetic : null;
}

/** The rules that the file was judged by; a string says why this program cannot apply them. */
function rulesOf({ ruleVersion, program, settings }: Evidence): AuditRules | string {
  if (ruleVersion !== RULE_VERSION)
    return `ruleVersion: the file was judged by rules ${ruleVersion} (timeback ${program}), this program has rules ${RULE_VERSION}: verify it with that version`;
  try {
    checkSettings(settings);
    return auditRulesOf(settings);
  } catch (error) {
    return `settings: ${wordsOf(error)}`;
  }
}

const countsFrom = (counts: Evidence["calibration"][number]["quiet"]): FormulaCounts =>
  new Map(counts.map(({ formulas, events }) => [formulaSet(formulas), events]));

const calibrationsOf = ({ calibration }: Evidence): Map<string, Calibration> =>
  calibrated(new Map(calibration.map(({ app, ...counts }) => [app, appCountsOf((kind) => countsFrom(counts[kind]))])));

/** Calibrates and judges again; returns the first member of the finding that differs. */
function judgedAgain(evidence: Evidence, { multipliers }: AuditRules, finding: string): string | null {
  const { suspects, counted } = evidence.judged;
  const calibrations = calibrationsOf(evidence);
  const missing = suspects.find(({ app }) => !calibrations.has(app));
  if (missing) return `calibration: the app ${missing.app} is not in it`;
  const calibrationOf = (app: string | null): Calibration => calibrations.get(app ?? "") as Calibration;
  const claims = uncorrected(
    judgeStudent(
      suspects.map((row) => suspectOf(row, multipliers)),
      calibrationOf,
    ),
  );
  const claim = claims.find(({ suspect }) => suspect.eventId === evidence.finding.eventId);
  if (claim === undefined) return `finding: judged again, there is no claim about event ${evidence.finding.eventId}`;
  const again = findingJson(bundledFinding(claim, calibrationOf(claim.suspect.app), new Set(counted)));
  if (again === finding) return null;
  const [first] = differencesOf(membersOf(finding), membersOf(again));
  return first === undefined
    ? "finding: its members are in a different order"
    : `finding.${first.path}: the file says ${first.kept}, judged again it is ${first.other}`;
}
