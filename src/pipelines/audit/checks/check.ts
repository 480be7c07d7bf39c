import type { Finding, FindingKind } from "../../../domain/findings/finding.js";
import type { AuditRules } from "../../../domain/rules/audit-rules.js";
import type { FactRules } from "../../../domain/rules/fact-rules.js";
import type { ResourceLookup } from "../../../store/audit/bundling/resources.js";
import type { JudgedApps } from "../../../store/audit/calibration/calibrations.js";
import type { Session } from "../../../store/engine/session.js";
import type { Students } from "../../../store/facts/student-selection.js";

/** Some of the students, and the session that reads their records. */
export interface AuditPart {
  /** A draft, so temp tables may be created. */
  session: Session;
  students: Students;
  /** Cache of landed resources. */
  resources: ResourceLookup;
}

/** What a check reads: one snapshot of the database, in a transaction that is rolled back. */
export interface AuditContext extends AuditPart {
  rules: FactRules;
  auditRules: AuditRules;
  /** How the apps pay, from the events of all students. */
  apps: JudgedApps;
}

/** One check of the audit. A new one is a new file and an entry in `checks`. */
export interface Check {
  /** The kinds of findings that it reports. */
  kinds: readonly FindingKind[];
  /** What it looks for, in words: shown as "checked: <meaning>". */
  meaning: string;
  /** Yields findings in pages. Between two pages the session may run other statements. */
  find(context: AuditContext): AsyncIterable<readonly Finding[]>;
}
