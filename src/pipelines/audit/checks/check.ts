import type { Finding, FindingKind } from "../../../domain/findings/finding.js";
import type { AuditRules } from "../../../domain/rules/audit-rules.js";
import type { FactRules } from "../../../domain/rules/fact-rules.js";
import type { ResourceLookup } from "../../../store/audit/bundling/resources.js";
import type { JudgedApps } from "../../../store/audit/calibration/calibrations.js";
import type { Session } from "../../../store/engine/session.js";
import type { Students } from "../../../store/facts/student-selection.js";

/** Some students, whose records are looked at over one session. */
export interface AuditPart {
  /** In a draft: temp tables may be made. */
  session: Session;
  students: Students;
  /** What the session knows of resources. */
  resources: ResourceLookup;
}

/** What a check looks at: one state of the database, in a transaction that is rolled back. */
export interface AuditGround extends AuditPart {
  rules: FactRules;
  auditRules: AuditRules;
  /** How the apps pay, judged by the events of all students. */
  apps: JudgedApps;
}

/** One question of the audit. A new one is a new file, and a line in `structural-checks.ts`. */
export interface Check {
  /** The kinds of findings that it can make. */
  kinds: readonly FindingKind[];
  /** What it looks for, for people: said as "checked: <meaning>". */
  meaning: string;
  /** Its findings, some at a time. Between two pages the session may run other statements. */
  find(ground: AuditGround): AsyncIterable<readonly Finding[]>;
}
