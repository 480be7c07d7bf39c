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

/** Counts to be kept when the audit has ended, of the state that it saw. */
export interface CountsToKeep {
  seen: KeptState;
  totals: KeptTotals;
}

/** How all apps pay, and what of it is new. */
export interface CalibratedApps extends JudgedApps {
  toKeep: CountsToKeep | null;
}

/** By which rules events are looked at (those of `settings`), and what is wanted beside the counts. */
export interface CalibrationRequest {
  rules: FactRules;
  auditRules: AuditRules;
  settings: RequestedSettings;
  /** Whether what is counted will be kept for the next audit. */
  keeps: boolean;
  /** Whether the days of exercises are wanted. */
  days: boolean;
}

/** More students than these are not counted apart from the others. */
const MOST_STALE = 1_000;

/**
 * Finds the links of the students of each part, and says how their apps pay, by the events of all students (docs/audit.md,
 * "Kept counts"). Where the students are named, others are looked at only as far as they changed since counts were kept.
 */
export async function calibrateApps(
  request: CalibrationRequest,
  parts: readonly [AuditPart, ...AuditPart[]],
): Promise<CalibratedApps> {
  const [part] = parts;
  const { session, students } = part;
  const seen = await keptState(session.db, request.settings);
  const { totals } = seen;
  const stale = totals === null ? null : await staleStudents(session.db, MOST_STALE + 1);
  if (areNamed(students) && totals !== null && stale !== null && stale.length <= MOST_STALE) {
    const renew = () => renewed(request, { seen, totals, stale }, { ...part, students });
    const some = await (stale.length === 0 ? renew() : inSavepoint(session.db, renew));
    if (some !== null) return some;
  }
  return countedAnew(request, parts, { seen, areKept: stale?.length === 0 });
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

/** Counts the events of all students anew. */
async function countedAnew(
  { rules, auditRules, keeps, days }: CalibrationRequest,
  asked: readonly [AuditPart, ...AuditPart[]],
  { seen, areKept }: { seen: KeptState; areKept: boolean },
): Promise<CalibratedApps> {
  const [first] = asked;
  const { session } = first;
  const forChecks = !areNamed(first.students);
  const parts = forChecks ? asked : [{ ...first, students: "all" as const }];
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
    toKeep: counts ? { seen, totals: { counters: counters.list() } } : null,
  };
}

interface Kept {
  seen: KeptState;
  totals: KeptTotals;
  stale: readonly StaleStudent[];
}

const isSame = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && [...one].every((app) => other.has(app));

/** The kept counts, those of stale students made now. Null where apps number attempts otherwise now: that concerns all counts. */
async function renewed(
  { rules, auditRules, keeps }: CalibrationRequest,
  { seen, totals, stale }: Kept,
  asked: AuditPart & { students: readonly string[] },
): Promise<CalibratedApps | null> {
  const { db } = asked.session;
  const ids: Students = stale.map(({ id }) => id);
  await gatherLinks(db, rules, [...new Set([...asked.students, ...ids])]);
  const counters = sumOf([totals.counters]);
  const before = zeroNumbering(counters);
  if (ids.length === 0) return { ...judgedApps(counters, before), toKeep: null };
  for (const student of stale) counters.add(student.counters, -1);
  const numbering = zeroNumbering(sumOf([counters, await zeroAttempts(db, rules, ids)]));
  if (!isSame(before.inEvents, numbering.inEvents) || !isSame(before.inResults, numbering.inResults)) return null;
  const part = { ...asked, students: ids };
  const examination = { rules: auditRules, numbering };
  const request = { part, scope: { rules, students: ids }, examination, counts: keeps, forChecks: false, days: false };
  counters.add((await survey(request)).list());
  if (keeps) await noteMarks(db);
  return {
    ...judgedApps(counters, numbering),
    toKeep: keeps ? { seen, totals: { counters: counters.list() } } : null,
  };
}
