import { type Cents, number, sum } from "../kit/cents.js";
import { utcDay } from "../kit/clock.js";
import type { Rate } from "../kit/dice.js";
import { lastIdentity, type Person } from "../school/people.js";
import type { World } from "../school/world.js";
import { seenBanks } from "./evidence.js";
import { type Label, labelRow, labelsOf } from "./labels.js";
import { type Ledger, lastHome, type Played, type Result, type Version, versionAt } from "./records.js";

/** What a result adds to the sums of its days. */
interface Share {
  result: Result;
  /** The XP of the row at the end; null where the row counts no more. */
  xp: Cents | null;
  trueXp: Cents;
  /** Where the true XP counts, and where a sum over all rows would put it. */
  date: string;
  rowDate: string;
}

interface Day {
  trueXp: Cents;
  naiveXp: Cents;
  failedBankWrite: boolean;
  undecidable: string | null;
}

/** All of `truth.json`. README.md, "truth.json". */
export function truthOf(world: World, ledger: Ledger): Record<string, unknown> {
  const labels = labelsOf(world, ledger);
  const shares = sharesOf(world, ledger);
  const played = new Map(ledger.played.map((one) => [one.event.id, one]));
  const bundled = labels.filter(({ actually }) => actually === "bundled");
  const { seed, students, days, start, coincidence, rates } = world.options;
  return {
    seed,
    options: {
      ...{ days, start, coincidence: shareOfOne(coincidence) },
      rates: Object.fromEntries(Object.entries(rates).map(([name, rate]) => [name, shareOfOne(rate)])),
    },
    students,
    totals: {
      trueXp: number(sum(labels.map(({ ownXp }) => ownXp)) + sum(shares.map(({ trueXp }) => trueXp))),
      naiveXp: number(sum(labels.map(({ eventXp }) => eventXp)) + sum(shares.map(({ xp }) => xp ?? 0))),
    },
    days: dayRows(ledger, labels, shares, played),
    bundled: bundled.map((label) => bundledRow(world, label, played.get(label.event.id))),
    doubleCounted: shares.flatMap(doubled),
    decoys: labels.filter(isDecoy).map(({ event, className }) => ({ eventId: event.id, kind: className })),
    people: world.people.map(personRow),
    events: labels.map(labelRow),
    results: shares.map(shareRow),
    counts: countsOf(labels),
  };
}

const shareOfOne = (rate: Rate): number => rate / 1_000_000;

/** A row and those that took its place share their true XP: the last one has it. */
function sharesOf({ moments }: World, { results }: Ledger): Share[] {
  const shares = results.flatMap((result): Share[] => {
    const version = versionAt(result, moments.secondRead);
    if (!version) return [];
    return [shareOf(result, version)];
  });
  return shares.sort((a, b) => (a.result.id < b.result.id ? -1 : 1));
}

/** XP that an event of the same activity tells is the event's; else it counts on that event's day, or on its own. */
function shareOf(result: Result, { status, xp: shown, scoreDay, scoreAt }: Version): Share {
  const xp = status === "active" ? shown : null;
  const rowDate = scoreDay ?? utcDay(scoreAt);
  const trueXp = result.event?.xp ? 0 : (xp ?? 0);
  return { result, xp, trueXp, date: result.event ? utcDay(result.event.at) : rowDate, rowDate };
}

function dayRows(
  { played: all }: Ledger,
  labels: readonly Label[],
  shares: readonly Share[],
  played: ReadonlyMap<string, Played>,
): Record<string, unknown>[] {
  const days = new Map<Person, Map<string, Day>>();
  const dayOf = (person: Person, date: string): Day => {
    const own = days.get(person) ?? new Map<string, Day>();
    const day = own.get(date) ?? { trueXp: 0, naiveXp: 0, failedBankWrite: false, undecidable: null };
    days.set(person, own.set(date, day));
    return day;
  };
  for (const { event, ownXp, eventXp, verdict, actually, reason } of labels) {
    const day = dayOf(event.lesson.person, utcDay(event.at));
    day.trueXp += ownXp;
    day.naiveXp += eventXp;
    if (verdict === "undecidable" && actually === "bundled") day.undecidable ??= reason;
    if (hasFailed(played.get(event.id))) day.failedBankWrite = true;
  }
  for (const { result, xp, trueXp, date, rowDate } of shares) {
    dayOf(result.person, date).trueXp += trueXp;
    if (xp !== null) dayOf(result.person, rowDate).naiveXp += xp;
  }
  const people = [...new Set(all.map(({ plan }) => plan.lesson.person))].sort((a, b) => a.index - b.index);
  return people.flatMap((person) =>
    [...(days.get(person) ?? [])]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([date, { trueXp, naiveXp, ...marks }]) => {
        const { userId: studentId, email } = lastIdentity(person);
        return { studentId, email, date, trueXp: number(trueXp), naiveXp: number(naiveXp), ...marks };
      }),
  );
}

const hasFailed = (played: Played | undefined): boolean =>
  played?.plan.watched.some(({ outcome }) => outcome === "failed") ?? false;

const bundledRow = (world: World, label: Label, played: Played | undefined): Record<string, unknown> => {
  const { eventId, studentId, app, date, eventXp, ownXp, excessXp, parts } = labelRow(label);
  const provable = label.verdict === "bundled";
  return {
    ...{ eventId, twins: [], studentId, app, date, eventXp, ownXp, excessXp, parts, provable },
    why: provable ? null : label.reason,
    failedBankWrite: hasFailed(played),
    banksSeen: played ? seenBanks(world, played).length : 0,
    class: label.className,
  };
};

const ORDINARY = new Set(["plain", "retake", "passive-zero", "passive-paid", "penalty"]);
const isDecoy = ({ actually, className }: Label): boolean => actually === "honest" && !ORDINARY.has(className);

const eventKey = (id: string): string => `caliper:event:${id}`;
const resultKey = (id: string): string => `oneroster:assessment_result:${id}`;

const doubled = ({ result, xp }: Share): [string, string][] =>
  xp && result.event?.xp ? [[eventKey(result.event.id), resultKey(result.id)]] : [];

const personRow = (person: Person): Record<string, unknown> => ({
  studentId: lastIdentity(person).userId,
  userIds: person.identities.map(({ userId }) => userId),
  emails: [...new Set(person.identities.map(({ email }) => email.toLowerCase()))],
  fate: person.fate,
  fateDate: person.fate === "stays" ? null : utcDay(person.fateAt),
  schools: [...new Set(person.schools.map(({ name }) => name))],
  apps: person.apps.map(({ name }) => name),
});

const shareRow = ({ result, xp, trueXp, date, rowDate }: Share): Record<string, unknown> => ({
  resultId: result.id,
  role: result.role,
  eventId: result.event?.id ?? null,
  movedTo: result.movedTo ? lastHome(result).id : null,
  xp: xp === null ? null : number(xp),
  trueXp: number(trueXp),
  date,
  rowDate,
});

/** How often each class came to each verdict. */
function countsOf(labels: readonly Label[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { className, verdict } of labels) {
    const name = `${className}: ${verdict}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
