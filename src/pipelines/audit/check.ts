import type { AuditRules } from "../../domain/audit-rules.js";
import type { AppCounts } from "../../domain/calibrate.js";
import type { Finding, FindingKind } from "../../domain/finding.js";
import type { FactRules } from "../../store/linking.js";
import type { Session } from "../../store/session.js";

/** What a check looks at: one state of the database, in a transaction that is rolled back; temp tables may be made. */
export interface AuditGround {
  session: Session;
  rules: FactRules;
  auditRules: AuditRules;
  /** Whose findings are wanted; null is everybody. */
  students: readonly string[] | null;
  /** Whether what is counted will be kept for the next audit (docs/audit.md, "Kept counts"). */
  keeps?: boolean | undefined;
  /** What all events say about how their apps pay. */
  counts: ReadonlyMap<string, AppCounts>;
}

/** One question of the audit. A new one is a new file, and a line in `checks`. */
export interface Check {
  /** The kinds of findings that it can make. */
  kinds: readonly FindingKind[];
  /** What it looks for, for people: said as "checked: <meaning>". */
  meaning: string;
  /** Its findings, some at a time. Between two pages the session may run other statements. */
  find(ground: AuditGround): AsyncIterable<readonly Finding[]>;
}
