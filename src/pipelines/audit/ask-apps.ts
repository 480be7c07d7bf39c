import { Counters } from "../../domain/app-counters.js";
import type { AppCounts } from "../../domain/calibrate.js";
import { attempt } from "../../store/attempt.js";
import { gatherLinks } from "../../store/audit-ground.js";
import { gatherBankWrites } from "../../store/bank-writes.js";
import { gatherCompleted, gatherEventResults, gatherExercises } from "../../store/exercises.js";
import { freshCounts, type KeptState, type KeptTotals, keptState, staleStudents } from "../../store/kept-counts.js";
import { gatherStudentCounters, openExplained, zeroAttempts } from "../../store/student-counters.js";
import { ALL_STUDENTS, type Students } from "../../store/student-part.js";
import { gatherTwins } from "../../store/twins.js";
import { type AskedApps, appCounts, appsInDoubt, countEvents, zeroNumbering } from "./calibrate-apps.js";
import type { AuditGround } from "./check.js";

/** Counts to be kept when the audit has ended, of the state that it saw. */
export interface CountsToKeep {
  seen: KeptState;
  totals: KeptTotals;
}

/** What all events say about how their apps pay, and what of it is new. */
export interface AppsAsked {
  counts: ReadonlyMap<string, AppCounts>;
  toKeep: CountsToKeep | null;
}

/** More students than these are not counted apart from the others. */
const MOST_STALE = 1_000;

type Ground = Omit<AuditGround, "counts">;

/**
 * Gathers the records that are looked at, and asks all events of each app how it pays (docs/audit.md, "Kept counts"): of
 * the audit of some students only theirs, and those of students who changed since the kept counts were made.
 */
export async function askApps(ground: Ground): Promise<AppsAsked> {
  const { session, students } = ground;
  const seen = await keptState(session.db);
  const { totals } = seen;
  const stale = totals === null ? null : await staleStudents(session.db, MOST_STALE + 1);
  if (students !== null && totals !== null && stale !== null && stale.length <= MOST_STALE) {
    const few = await attempt(session, () => askSome(ground, { seen, totals, stale }, students));
    if (few !== null) return few;
  }
  return askAll(ground, seen, stale?.length === 0);
}

/** Links, events and their results; what depends on how apps number attempts comes after it. */
async function gatherRecords({ session: { db }, rules, auditRules }: Ground, students: Students): Promise<void> {
  await gatherLinks(db, rules, students);
  await gatherCompleted(db, rules, students);
  await gatherTwins(db, auditRules);
  await gatherEventResults(db, auditRules);
}

async function gatherExercisesAndBanks(ground: Ground, counters: Counters, students: Students): Promise<void> {
  const { db } = ground.session;
  await gatherExercises(db, zeroNumbering(counters), students);
  await gatherBankWrites(db, ground.auditRules, students);
}

async function count(
  { session, auditRules, keeps }: Ground,
  students: Students,
  ask: (quiet: Counters) => AskedApps,
  isNew: boolean,
): Promise<Counters> {
  const notes = isNew && keeps === true;
  if (notes) await openExplained(session.db);
  const counters = await countEvents({ session, rules: auditRules, students, notes }, ask);
  if (notes) {
    await gatherStudentCounters(session.db, students);
    await freshCounts(session.db, students);
  }
  return counters;
}

async function askAll(ground: Ground, seen: KeptState, areKept: boolean): Promise<AppsAsked> {
  const { db } = ground.session;
  await gatherRecords(ground, ALL_STUDENTS);
  const counters = new Counters().add(await zeroAttempts(db, ALL_STUDENTS));
  await gatherExercisesAndBanks(ground, counters, ALL_STUDENTS);
  counters.add((await count(ground, ALL_STUDENTS, appsInDoubt, !areKept)).list());
  const totals = { counters: counters.list(), ...appsInDoubt(counters) };
  return { counts: appCounts(counters), toKeep: areKept || !ground.keeps ? null : { seen, totals } };
}

interface Kept {
  seen: KeptState;
  totals: KeptTotals;
  stale: Awaited<ReturnType<typeof staleStudents>>;
}

const same = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && [...one].every((app) => other.has(app));

/** Null where what changed concerns the counts of the others too: apps number attempts otherwise, or are in doubt now. */
async function askSome(
  ground: Ground,
  { seen, totals, stale }: Kept,
  students: readonly string[],
): Promise<AppsAsked | null> {
  const { db } = ground.session;
  const ids = stale.map(({ id }) => id);
  const scope = [...new Set([...students, ...ids])];
  await gatherRecords(ground, scope);
  const counters = new Counters().add(totals.counters);
  const before = zeroNumbering(counters);
  for (const student of stale) counters.add(student.counters, -1);
  const others = counters.apps("seen");
  if (ids.length > 0) counters.add(await zeroAttempts(db, ids));
  const now = zeroNumbering(counters);
  if (!same(before.inEvents, now.inEvents) || !same(before.inResults, now.inResults)) return null;
  await gatherExercisesAndBanks(ground, counters, scope);
  if (ids.length === 0) return { counts: appCounts(counters), toKeep: null };

  const isNew = (app: string): boolean => !others.has(app);
  const asked = (kept: readonly string[], apps: Iterable<string>) => [
    ...new Set([...kept, ...[...apps].filter(isNew)]),
  ];
  const ask = (quiet: Counters): AskedApps => {
    const apps = quiet.apps("seen");
    return { banked: asked(totals.banked, apps), all: asked(totals.all, apps) };
  };
  counters.add((await count(ground, ids, ask, true)).list());
  const known = ask(counters);
  const needed = appsInDoubt(counters);
  const suffices = (["banked", "all"] as const).every((kind) => needed[kind].every((app) => known[kind].includes(app)));
  if (!suffices) return null;
  return {
    counts: appCounts(counters),
    toKeep: ground.keeps ? { seen, totals: { counters: counters.list(), ...known } } : null,
  };
}
