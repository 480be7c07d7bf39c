import type { Verdict } from "../../domain/findings/finding-kind.js";
import type { AuditedDraft } from "../../operations/audit.js";
import type { FindingFilter } from "../../store/audit/findings/findings.js";
import type { AnyFormat, CommonFlags } from "../shell/options.js";
import type { FactReading } from "../shell/reading.js";
import type { Shell } from "../shell/shell.js";

/** An audit that is printed, and the command that asked for it. */
export interface PrintedAudit<Form = AnyFormat> {
  shell: Shell;
  flags: Omit<CommonFlags, "format"> & { format: Form };
  reading: FactReading;
  draft: AuditedDraft;
  /** The verdicts that fail a test case. */
  failing: readonly Verdict[];
}

/** What was asked for, in words; empty where nothing was restricted. */
export function restrictions({ kinds, apps, from, to }: FindingFilter): string {
  return [
    ...(kinds === null ? [] : [`findings of kind ${kinds.join(", ")}`]),
    ...(apps === null ? [] : [`findings of ${apps.join(", ")}`]),
    ...(from === null ? [] : [`days from ${from}`]),
    ...(to === null ? [] : [`days to ${to}`]),
  ].join("; ");
}
