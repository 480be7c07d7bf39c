import { expect, test } from "vitest";
import { type Finding, type FindingKind, findingJson } from "../../domain/findings/finding.js";
import type { ListedFinding } from "../../domain/findings/listed-finding.js";
import type { JudgedDay, JudgedStudent } from "../../domain/findings/student-summary.js";
import type { Calibration } from "../../domain/rules/calibration.js";
import { ExactNumber, type JsonValue } from "../../domain/values/json-text.js";
import { type AuditAnswer, auditAnswer } from "./audit-answer.js";

const EMAIL = "maya.chen@alphaschool.example";
const xp = (text: string) => new ExactNumber(text);

function listed(changes: Partial<Finding> & { kind: FindingKind }): ListedFinding {
  const finding: Finding = {
    id: "00f1",
    verdict: "confirmed",
    studentId: "maya-chen-7f21",
    email: EMAIL,
    date: "2025-03-01",
    app: "Nice Academy",
    summary: "the summary of the check",
    counted: "9",
    truth: "3",
    inflation: "6",
    pending: false,
    particulars: {},
    evidence: {},
    ...changes,
  };
  return { ...finding, body: findingJson(finding) };
}

const PROOF = {
  eventId: "270cb3ab",
  eventXp: xp("9.00"),
  ownXp: xp("3"),
  excessXp: xp("6"),
  results: [
    {
      sourcedId: "video-result",
      xp: xp("5"),
      at: "2025-03-01T10:20:02.301Z",
      activityId: "v",
      title: "Ratios: the video",
    },
    { sourcedId: "article-result", xp: xp("1"), at: "2025-03-01T10:20:02.402Z", activityId: "a", title: null },
  ] as JsonValue,
  alternatives: [] as JsonValue,
  rule: "near",
};
const EVIDENCE = {
  activityId: "res_exercise_103",
  activityName: "Ratios: the exercise",
  app: "Nice Academy",
  attempt: 1,
  correctQuestions: 8,
  totalQuestions: 8,
  baseXp: xp("2"),
  ownFrom: "multiplier-table",
  ownValues: [xp("3")],
  ownArithmetic: "2 x 1.25 = 2.5, rounded up to 3",
  ownResults: [],
  twins: [],
  zeroResults: [],
  readings: 1,
};
const bundled = (changes: Partial<Finding> = {}, proof = {}, evidence = {}) =>
  listed({
    kind: "bundled-xp",
    particulars: { ...PROOF, ...proof },
    evidence: { ...EVIDENCE, ...evidence },
    ...changes,
  });

const HOLDS: Calibration = {
  app: "Nice Academy",
  status: "holds",
  quietEvents: 40,
  quietExplained: 39,
  events: 52,
  eventsExplained: 50,
  roundings: ["ceil"],
  tables: ["standard", "decay"],
  lift: { quiet: 40, overpaid: 0, banked: 12, explained: 12 },
  ownResultLift: { quiet: 0, overpaid: 0, banked: 0, explained: 0 },
};
const STUDENT: JudgedStudent = {
  studentId: "maya-chen-7f21",
  days: 1,
  shownXp: "15.00",
  trueXp: "9.00",
  cleanDays: 0,
  cleanXp: "0",
};
const DAY: JudgedDay = { studentId: "maya-chen-7f21", date: "2025-03-01", shownXp: "15.00", trueXp: "9.00" };
const answer = (changes: Partial<AuditAnswer> = {}) =>
  auditAnswer({
    email: EMAIL,
    only: "",
    students: [STUDENT],
    days: [DAY],
    findings: [bundled()],
    calibrations: [HOLDS],
    checked: ["exercise events that carry other XP"],
    ...changes,
  });

test("a bundled event is told as 9 = 3 + 5 + 1, with what to do, who needs to fix it, and the ids last", () => {
  expect(answer()).toEqual([
    "maya.chen@alphaschool.example: the dashboard shows 15 XP on 1 day, the truth is 9.",
    "",
    "2025-03-01: the dashboard shows 15 XP, the truth is 9.",
    `  Why: Nice Academy reported 9 XP for "Ratios: the exercise": 9 = 3 own + 5 (Ratios: the video) + 1 (a).`,
    "       The 5 and the 1 are already counted, through results of their own.",
    "       3 is what the exercise itself pays, base XP times the multiplier for 8 of 8 questions right on attempt 1: 2 x 1.25 = 2.5, rounded up to 3.",
    "",
    "How the app pays:",
    "  Nice Academy pays base XP times the multiplier, rounded up: 39 of 40 events without banked XP near them confirm it.",
    "",
    "What to do:",
    '  Correct the event for "Ratios: the exercise" of 2025-03-01: it should count 3 instead of 9. Today 6 XP are counted twice.',
    "  timeback repair with this email prints the plan; add --yes to apply it. It can be undone.",
    "",
    "Who needs to fix the cause:",
    "  The team of Nice Academy: send the exercise's own XP only; banked XP for videos and articles arrives through their own results.",
    "",
    "For the engineer:",
    "  finding 00f1 (bundled-xp, confirmed), student maya-chen-7f21: event 270cb3ab; banked results video-result, article-result",
  ]);
});

test("while the other results are not counted, no XP is inflated yet", () => {
  const told = answer({
    findings: [bundled({ pending: true, inflation: "0", counted: "9", truth: "9" })],
    students: [{ ...STUDENT, shownXp: "9", trueXp: "9" }],
    days: [{ ...DAY, shownXp: "9", trueXp: "9" }],
  });
  expect(told[0]).toBe(
    `${EMAIL}: the dashboard shows 9 XP on 1 day; no XP is proven wrong, but 1 finding should be reviewed.`,
  );
  expect(told.join("\n")).toContain("nothing is inflated today, but it will be");
  expect(told.join("\n")).not.toContain("counted twice");
});

test.each([
  ["formula-unsure", "Not proven: it is not certain which formula"],
  ["own-ambiguous", "Not proven: other amounts of own XP"],
  ["no-exact-sum", "Probably bundled, not proven: XP was banked around the same time"],
  [
    "failed-bank-write",
    "Probably bundled, not proven: the rest looks like the XP of activities whose own results are at 0",
  ],
])("a probable finding (%s) states its doubt, and only a person may correct it", (rule, doubt) => {
  const told = answer({ findings: [bundled({ verdict: "probable" }, { rule })] }).join("\n");
  expect(told).toContain(doubt);
  expect(told).toContain("it is corrected only if a person names it (event 270cb3ab)");
  expect(told).not.toContain("should count");
});

test("a suspicion without own XP names no sum", () => {
  const told = answer({
    findings: [
      bundled({ verdict: "suspected" }, { rule: "above-banked", ownXp: null, results: [] }, { ownFrom: "unknown" }),
    ],
  });
  expect(told).toContain(`  To review: Nice Academy reported 9 XP for "Ratios: the exercise".`);
  expect(told).toContain("             It is not known what the exercise itself pays.");
});

test("more XP than an exercise can pay is reported with its base, and as possibly intended", () => {
  const told = answer({
    findings: [bundled({ verdict: "suspected" }, { rule: "above-base", ownXp: null, excessXp: null, results: [] })],
  }).join("\n");
  expect(told).toContain("That is more than it can pay (its base XP is 2), and no stored record explains it.");
  expect(told).not.toContain("is not known");
});

test("if only a part is counted already, it says which part", () => {
  const told = answer({ findings: [bundled({ inflation: "5", truth: "4" })] }).join("\n");
  expect(told).toContain("5 of these 6 XP are already counted, through results of their own.");
  expect(told).toContain("Today 5 XP are counted twice.");
});

test("other choices of banked results are mentioned", () => {
  const told = answer({ findings: [bundled({}, { alternatives: [["x"], ["y", "z"]] })] }).join("\n");
  expect(told).toContain("2 other combinations of banked results would give the same sum.");
});

test("each day lists its findings, and days without any are summed up", () => {
  const told = answer({
    students: [{ ...STUDENT, days: 5, cleanDays: 3, cleanXp: "30.50" }],
    days: [
      DAY,
      { ...DAY, date: "2025-03-02", shownXp: "4", trueXp: "4.00" },
      { ...DAY, date: null, shownXp: "0", trueXp: "0" },
    ],
    findings: [
      bundled(),
      listed({ id: "00f2", kind: "disagreement", verdict: "suspected", date: "2025-03-02", inflation: "0" }),
      listed({ id: "00f3", kind: "unreadable-xp", verdict: "suspected", date: null, app: null, inflation: "0" }),
    ],
  });
  const at = (line: string) => told.indexOf(line);
  expect(at("2025-03-02: the dashboard shows 4 XP.")).toBeGreaterThan(
    at("2025-03-01: the dashboard shows 15 XP, the truth is 9."),
  );
  expect(told[at("2025-03-02: the dashboard shows 4 XP.") + 1]).toBe(
    "  To review: the summary of the check (disagreement, suspected)",
  );
  expect(told[at("Day unknown:") + 1]).toContain("unreadable-xp");
  expect(told).toContain("On 3 other days (30.5 XP) no errors were found.");
});

test("structural findings say once how to rebuild, with the keys of the facts", () => {
  const structural = (id: string, key: string) =>
    listed({ id, kind: "stale-fact", particulars: { sources: [key], factKeys: [key] }, counted: "7", truth: "1" });
  const told = answer({ findings: [structural("00f1", "caliper:event:1"), structural("00f2", "caliper:event:2")] });
  expect(told.filter((line) => line.includes("timeback recompute"))).toHaveLength(1);
  expect(told.at(-1)).toBe("  finding 00f2 (stale-fact, confirmed), student maya-chen-7f21: caliper:event:2");
});

test("students who share an email are told apart by their ids", () => {
  const other = { ...STUDENT, studentId: "maya-2", shownXp: "4", trueXp: "4" };
  const told = answer({ students: [other, STUDENT] });
  expect(told[0]).toBe(`2 students have the email ${EMAIL}; each is shown by its id.`);
  expect(told).toContain(
    "maya-2: no errors found. The dashboard shows 4 XP on 1 day; every check that was made passed.",
  );
  expect(told).toContain("maya-chen-7f21: the dashboard shows 15 XP on 1 day, the truth is 9.");
});

test("without findings it says what was checked, and the totals", () => {
  expect(
    answer({
      findings: [],
      days: [],
      students: [{ ...STUDENT, shownXp: "9.00", days: 2 }],
      only: "days from 2025-03-01",
    }),
  ).toEqual([
    `${EMAIL}: no errors found. The dashboard shows 9 XP on 2 days; every check that was made passed.`,
    "",
    "Checked:",
    "  exercise events that carry other XP",
    "",
    "Limited to days from 2025-03-01.",
  ]);
  expect(answer({ findings: [], days: [], students: [] })[0]).toBe(
    `${EMAIL}: no facts in this scope, and no errors found.`,
  );
});

test("missing XP raises the true XP of the day", () => {
  const told = answer({
    students: [{ ...STUDENT, shownXp: "4", trueXp: "9" }],
    days: [{ ...DAY, shownXp: "4", trueXp: "9" }],
    findings: [listed({ kind: "missing-fact", counted: "0", truth: "5", inflation: "-5" })],
  });
  expect(told[0]).toBe(`${EMAIL}: the dashboard shows 4 XP on 1 day, the truth is 9.`);
  expect(told).toContain("  Why: the summary of the check (missing-fact, confirmed)");
});

test.each([
  [{ quiet: 40, overpaid: 0, banked: 12, explained: 9 }, "in 0 of 40 without"],
  [{ quiet: 0, overpaid: 0, banked: 12, explained: 9 }, "none without tells"],
])("a confirmed claim says what else could have made the XP: %j", (lift, without) => {
  const calibration = { lift, ownResultLift: null };
  const lines = answer({ findings: [bundled({}, {}, { calibration })] }).join("\n");
  expect(lines).toContain(
    `Nothing suggests a bonus (this app pays more in 9 of 12 exercises with XP banked beside them, ${without}), a day of multiplied XP, or a base XP that was changed later.`,
  );
  expect(answer({ findings: [bundled({ verdict: "probable" }, {}, { calibration })] }).join("\n")).not.toContain(
    "Nothing suggests",
  );
});

test("no line contains terminal control sequences", () => {
  const told = answer({ findings: [bundled({}, {}, { activityName: "\u001b[31mred\nline" })] }).join("\n");
  expect(told).toContain('"\\u001b[31mred\\u000aline"');
});
