import type { FindingKind } from "../../domain/findings/finding-kind.js";
import type { FailOn } from "../shell/fail-on.js";
import type { AnyFormat, ReadingFlags } from "../shell/options.js";

/** What `timeback audit` takes. */
export interface AuditFlags extends ReadingFlags<AnyFormat> {
  kind?: FindingKind[];
  app?: string[];
  failOn: FailOn;
  save: boolean;
  balance?: boolean;
}
