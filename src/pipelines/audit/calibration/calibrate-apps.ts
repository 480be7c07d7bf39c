import type { AuditRules } from "../../../domain/rules/audit-rules.js";
import {
  appCounts,
  type Counter,
  Counters,
  calibrated,
  zeroNumbering,
} from "../../../domain/rules/calibration-counts.js";
import { DayMultiples, paidStudents } from "../../../domain/rules/day-multiples.js";
import type { FactRules } from "../../../domain/rules/fact-rules.js";
import type { ZeroNumbering } from "../../../domain/rules/judging/exercises.js";
import {
  type KeptState,
  type KeptTotals,
  keptState,
  noteMarks,
  type StaleStudent,
  staleStudents,
} from "../../../store/audit/calibration/cache.js";
import type { JudgedApps } from "../../../store/audit/calibration/calibrations.js";
import { zeroAttempts } from "../../../store/audit/calibration/zero-attempts.js";
import { inSavepoint } from "../../../store/engine/savepoint.js";
import { gatherLinks } from "../../../store/facts/links.js";
import { areNamed, type Students } from "../../../store/facts/student-selection.js";
import type { RequestedSettings } from "../../../store/runs/settings.js";
import type { AuditPart } from "../checks/check.js";
import { survey } from "./survey.js";

/** Counts to save after the audit, with the saved state that it read. */
export interface CountsToKeep {
  state: KeptState;
  totals: KeptTotals;
}

/** How all apps pay, and the counts to save if they were recounted. */
export interface CalibratedApps extends JudgedApps {
  toKeep: CountsToKeep | null;
}

/** The rules by which events are examined (those of `settings`), and what to collect besides the counts. */
export interface CalibrationRequest {
  rules: FactRules;
  auditRules: AuditRules;
  settings: RequestedSettings;
  /** Whether the counts will be saved for the next audit. */
  keeps: boolean;
  /** Whether to collect exercise days (`noteExerciseDays`). */
  days: boolean;
}

/** With more stale students than this, all students are recounted. */
const MOST_STALE = 1_000;

/**
 * Gathers the links of each part's students, and calibrates all apps from the events of all students (docs/audit.md, "Kept counts").
 * If the students are named, only students changed since counts were saved are recounted, where possible.
 */
export async function calibrateApps(
  request: CalibrationRequest,
  parts: readonly [AuditPart, ...AuditPart[]],
): Promise<CalibratedApps> {
  const [part] = parts;
  const { session, students } = part;
  const state = await keptState(session.db, request.settings);
  const { totals } = state;
  const stale = totals === null ? null : await staleStudents(session.db, MOST_STALE + 1);
  if (areNamed(students) && totals !== null && stale !== null && stale.length <= MOST_STALE) {
    const recount = () => recountStale(request, { state, totals, stale }, { ...part, students });
    const some = await (stale.length === 0 ? recount() : inSavepoint(session.db, recount));
    if (some !== null) return some;
  }
  return recountAll(request, parts, { state, areKept: stale?.length === 0 });
}

const inEach = <T>(parts: readonly AuditPart[], work: (part: AuditPart) => Promise<T>): Promise<T[]> =>
  Promise.all(parts.map(work));

const sumOf = (each: readonly (Iterable<Counter> | Counters)[]): Counters => {
  const sum = new Counters();
  for (const counters of each) sum.add(counters instanceof Counters ? counters.list() : counters);
  return sum;
};

const judgedApps = (counters: Counters, numbering: ZeroNumbering): JudgedApps => {
  const counts = appCounts(counters);
  const calibrations = calibrated(counts);
  return {
    counts,
    calibrations,
    numbering,
    multiples: new DayMultiples(paidStudents(counters.list(), calibrations), calibrations),
  };
};

/** Recounts all students. */
async function recountAll(
  { rules, auditRules, keeps, days }: CalibrationRequest,
  requested: readonly [AuditPart, ...AuditPart[]],
  { state, areKept }: { state: KeptState; areKept: boolean },
): Promise<CalibratedApps> {
  const [first] = requested;
  const { session } = first;
  const forChecks = !areNamed(first.students);
  const parts = forChecks ? requested : [{ ...first, students: "all" as const }];
  const counts = keeps && !areKept;
  const zeros = await inEach(parts, async (part) => {
    await gatherLinks(part.session.db, rules, part.students);
    return zeroAttempts(part.session.db, rules, part.students);
  });
  const numbering = zeroNumbering(sumOf(zeros));
  const examination = { rules: auditRules, numbering };
  const counters = sumOf(
    await inEach(parts, (part) =>
      survey({ part, scope: { rules, students: part.students }, examination, counts, forChecks, days }),
    ),
  );
  if (counts) await noteMarks(session.db);
  return {
    ...judgedApps(counters, numbering),
    toKeep: counts ? { state, totals: { counters: counters.list() } } : null,
  };
}

interface SavedCounts {
  state: KeptState;
  totals: KeptTotals;
  stale: readonly StaleStudent[];
}

const isSame = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && [...one].every((app) => other.has(app));

/** The saved counts, with stale students recounted. Null if an app's attempt numbering changed, which affects all counts. */
async function recountStale(
  { rules, auditRules, keeps }: CalibrationRequest,
  { state, totals, stale }: SavedCounts,
  requested: AuditPart & { students: readonly string[] },
): Promise<CalibratedApps | null> {
  const { db } = requested.session;
  const ids: Students = stale.map(({ id }) => id);
  await gatherLinks(db, rules, [...new Set([...requested.students, ...ids])]);
  const counters = sumOf([totals.counters]);
  const before = zeroNumbering(counters);
  if (ids.length === 0) return { ...judgedApps(counters, before), toKeep: null };
  for (const student of stale) counters.add(student.counters, -1);
  const numbering = zeroNumbering(sumOf([counters, await zeroAttempts(db, rules, ids)]));
  if (!isSame(before.inEvents, numbering.inEvents) || !isSame(before.inResults, numbering.inResults)) return null;
  const part = { ...requested, students: ids };
  const examination = { rules: auditRules, numbering };
  const request = { part, scope: { rules, students: ids }, examination, counts: keeps, forChecks: false, days: false };
  counters.add((await survey(request)).list());
  if (keeps) await noteMarks(db);
  return {
    ...judgedApps(counters, numbering),
    toKeep: keeps ? { state, totals: { counters: counters.list() } } : null,
  };
}
