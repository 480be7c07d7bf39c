import type { AuditRules } from "../../../domain/rules/audit-rules.js";
import type { AppCounts } from "../../../domain/rules/calibrate.js";
import { type Counter, Counters } from "../../../domain/rules/calibration-counts.js";
import type { FactRules } from "../../../domain/rules/fact-rules.js";
import { gatherBankWrites } from "../../../store/audit/bundling/banked-xp.js";
import { gatherReadings } from "../../../store/audit/bundling/event-signatures.js";
import {
  gatherCompleted,
  gatherEventResults,
  gatherExercises,
  type ZeroNumbering,
} from "../../../store/audit/bundling/exercises.js";
import { gatherTwins } from "../../../store/audit/bundling/twins.js";
import {
  type KeptState,
  type KeptTotals,
  keptState,
  noteMarks,
  staleStudents,
} from "../../../store/audit/calibration/cache.js";
import { zeroAttempts } from "../../../store/audit/calibration/count-by-student.js";
import { attempt } from "../../../store/engine/savepoint.js";
import type { Db } from "../../../store/engine/session.js";
import { gatherLinks } from "../../../store/facts/links.js";
import { areNamed } from "../../../store/facts/student-selection.js";
import type { RequestedSettings } from "../../../store/runs/settings.js";
import type { AuditPart } from "../checks/check.js";
import { type AskedApps, appCounts, appsInDoubt, zeroNumbering } from "./app-counts.js";
import { countEvents } from "./count-events.js";

/** Counts to be kept when the audit has ended, of the state that it saw. */
export interface CountsToKeep {
  seen: KeptState;
  totals: KeptTotals;
}

/** What all events say about how their apps pay, and what of it is new. */
export interface AppsAsked {
  counts: ReadonlyMap<string, AppCounts>;
  /** Which apps number attempts from 0. */
  numbering: ZeroNumbering;
  toKeep: CountsToKeep | null;
}

/** By which rules it is asked (those of `settings`), and whether what is counted will be kept. */
interface Asking {
  rules: FactRules;
  auditRules: AuditRules;
  settings: RequestedSettings;
  keeps: boolean;
}

/** More students than these are not counted apart from the others. */
const MOST_STALE = 1_000;

/**
 * Gathers the records that are looked at, each part over its session, and asks all events of each app how it pays
 * (docs/audit.md, "Kept counts"). Of named students only their records are gathered, and those of students who changed
 * since the kept counts were made.
 */
export async function askApps(asking: Asking, parts: readonly [AuditPart, ...AuditPart[]]): Promise<AppsAsked> {
  const [first] = parts;
  const { session, students } = first;
  const seen = await keptState(session.db, asking.settings);
  const { totals } = seen;
  const stale = totals === null ? null : await staleStudents(session.db, MOST_STALE + 1);
  if (areNamed(students) && totals !== null && stale !== null && stale.length <= MOST_STALE) {
    const ask = () => askSome(asking, { seen, totals, stale }, { session, students });
    const some = await (stale.length === 0 ? ask() : attempt(session.db, ask));
    if (some !== null) return some;
  }
  const all = areNamed(students) ? [{ session, students: "all" as const }] : parts;
  return askAll(asking, all, { seen, areKept: stale?.length === 0 });
}

/** Links, events and their results; what depends on how apps number attempts comes after it. */
async function gatherRecords({ rules, auditRules }: Asking, { session: { db }, students }: AuditPart): Promise<void> {
  await gatherLinks(db, rules, students);
  await gatherCompleted(db, rules, students);
  await gatherTwins(db, auditRules, students);
  await gatherEventResults(db, auditRules, students);
}

async function gatherExercisesAndBanks(
  { auditRules }: Asking,
  { session: { db }, students }: AuditPart,
  numbering: ZeroNumbering,
): Promise<void> {
  await gatherExercises(db, numbering, students);
  await gatherBankWrites(db, auditRules, students);
  await gatherReadings(db, students);
}

const inEach = <T>(parts: readonly AuditPart[], work: (part: AuditPart) => Promise<T>): Promise<T[]> =>
  Promise.all(parts.map(work));

async function askAll(
  asking: Asking,
  parts: readonly AuditPart[],
  { seen, areKept }: { seen: KeptState; areKept: boolean },
): Promise<AppsAsked> {
  const notes = asking.keeps && !areKept;
  const counters = new Counters();
  const zeros = await inEach(parts, async (part): Promise<Counter[]> => {
    await gatherRecords(asking, part);
    return zeroAttempts(part.session.db, part.students);
  });
  for (const some of zeros) counters.add(some);
  const numbering = zeroNumbering(counters);
  await inEach(parts, (part) => gatherExercisesAndBanks(asking, part, numbering));
  counters.add((await countEvents({ rules: asking.auditRules, notes }, parts, appsInDoubt)).list());
  const asked = { counts: appCounts(counters), numbering };
  if (!notes) return { ...asked, toKeep: null };
  await noteMarks(parts[0]?.session.db as Db);
  return { ...asked, toKeep: { seen, totals: { counters: counters.list(), ...appsInDoubt(counters) } } };
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
  asking: Asking,
  { seen, totals, stale }: Kept,
  { session, students }: { session: AuditPart["session"]; students: readonly string[] },
): Promise<AppsAsked | null> {
  const ids = stale.map(({ id }) => id);
  const gathered = { session, students: [...new Set([...students, ...ids])] };
  await gatherRecords(asking, gathered);
  const counters = new Counters().add(totals.counters);
  const before = zeroNumbering(counters);
  for (const student of stale) counters.add(student.counters, -1);
  const others = counters.apps("seen");
  if (ids.length > 0) counters.add(await zeroAttempts(session.db, ids));
  const now = zeroNumbering(counters);
  if (!same(before.inEvents, now.inEvents) || !same(before.inResults, now.inResults)) return null;
  await gatherExercisesAndBanks(asking, gathered, now);
  if (ids.length === 0) return { counts: appCounts(counters), numbering: now, toKeep: null };

  const ask = (quiet: Counters): AskedApps => withNewApps(totals, quiet, others);
  const fresh = await countEvents({ rules: asking.auditRules, notes: asking.keeps }, [{ session, students: ids }], ask);
  counters.add(fresh.list());
  const known = ask(counters);
  if (!suffices(known, appsInDoubt(counters))) return null;
  if (asking.keeps) await noteMarks(session.db);
  const toKeep = { seen, totals: { counters: counters.list(), ...known } };
  return { counts: appCounts(counters), numbering: now, toKeep: asking.keeps ? toKeep : null };
}

/** The apps that the kept counts have looked at closely, and those that nobody else's events are of. */
function withNewApps({ banked, all }: AskedApps, quiet: Counters, others: ReadonlySet<string>): AskedApps {
  const fresh = [...quiet.apps("seen")].filter((app) => !others.has(app));
  return { banked: [...new Set([...banked, ...fresh])], all: [...new Set([...all, ...fresh])] };
}

const suffices = (known: AskedApps, needed: AskedApps): boolean =>
  (["banked", "all"] as const).every((kind) => needed[kind].every((app) => known[kind].includes(app)));
