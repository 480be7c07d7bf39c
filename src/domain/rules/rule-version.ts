/**
 * Version of the rules that judge bundled XP (docs/audit.md, "Bundled XP"). It changes with every change of a rule or of the content
 * of a finding: evidence is verified by the rules that made it, and audits by different rules differ.
 */
export const RULE_VERSION = "2";
