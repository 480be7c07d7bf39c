/**
 * Names the rules by which bundled XP is judged (docs/audit.md, "Bundled XP"). It changes with every change of a rule or
 * of what a finding says: evidence is verified by the rules that it was made with, and audits by different rules differ.
 */
export const RULE_VERSION = "2";
