import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";
import { RULE_VERSION } from "./rule-version.js";

/** Everything that decides what a bundled finding says: how rows are gathered, judged and told. */
const RULES = [
  "domain/app-counters.ts",
  "domain/bank-search.ts",
  "domain/bundle-words.ts",
  "domain/bundle.ts",
  "domain/calibrate.ts",
  "domain/calibration.ts",
  "domain/explained.ts",
  "domain/finding.ts",
  "domain/own-xp.ts",
  "domain/subset-sums.ts",
  "domain/xp.ts",
  "pipelines/audit/ask-apps.ts",
  "pipelines/audit/bundled-finding.ts",
  "pipelines/audit/bundled-xp.ts",
  "pipelines/audit/calibrate-apps.ts",
  "pipelines/audit/count-events.ts",
  "pipelines/audit/suspect-event.ts",
  "store/bank-writes.ts",
  "store/bundle-readings.ts",
  "store/bundle-suspects.ts",
  "store/exercises.ts",
  "store/kept-counts.ts",
  "store/student-counters.ts",
  "store/twins.ts",
];

/** The code of each version of the rules. A change that judges and says the same only renews the hash of its version. */
const HASHES: Record<string, string> = {
  "1": "47b84a51dc7d871b",
};

/** The code without comments and layout. */
const codeOf = (file: string): string =>
  ts.transpileModule(readFileSync(fileURLToPath(new URL(`../${file}`, import.meta.url)), "utf8"), {
    compilerOptions: { removeComments: true, target: ts.ScriptTarget.ESNext },
  }).outputText;

test("the rules have not changed without their version", () => {
  const hash = createHash("sha256").update(RULES.map(codeOf).join("\n")).digest("hex").slice(0, 16);
  expect(
    hash,
    "the code that judges bundled XP changed. Where a finding could come out otherwise, raise RULE_VERSION and add its hash here; else renew the hash",
  ).toBe(HASHES[RULE_VERSION]);
});
