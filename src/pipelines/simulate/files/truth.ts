import { eventKey, resultKey } from "../../../domain/values/source-keys.js";
import { type Amount, factXp } from "../amount.js";
import { dayText, type Moment } from "../moment.js";
import type { Bundle, Result, SentEvent, State, World } from "../school/world.js";
import { stateAt } from "../school/world.js";
import { jsonAmount } from "./json.js";

/** The true values of one student, as rows of `truth.json`. Empty for test users. */
export interface StudentTruth {
  days: Record<string, unknown>[];
  bundled: Record<string, unknown>[];
  doubleCounted: [string, string][];
  decoys: Record<string, unknown>[];
  trueXp: Amount;
  naiveXp: Amount;
}

interface Day {
  trueXp: Amount;
  naiveXp: Amount;
  failedBankWrite: boolean;
  undecidable: string | null;
}

/** A student's XP with every bundled event corrected to its own XP, and the naive sum. docs/simulate.md, "truth.json". */
export function truthOf(world: World, end: Moment): StudentTruth {
  const { student } = world;
  const truth: StudentTruth = { days: [], bundled: [], doubleCounted: [], decoys: [], trueXp: 0, naiveXp: 0 };
  if (student.isTestUser) return truth;
  const bundles = world.bundles.map((bundle) => ({ ...bundle, why: bundle.why ?? takenBackBy(world, bundle) }));
  const days = daysOf({ ...world, bundles }, end);
  for (const [date, day] of [...days].sort(([a], [b]) => (a < b ? -1 : 1))) {
    truth.trueXp += day.trueXp;
    truth.naiveXp += day.naiveXp;
    const amounts = { trueXp: jsonAmount(day.trueXp), naiveXp: jsonAmount(day.naiveXp) };
    truth.days.push({ studentId: student.id, email: student.email, date, ...day, ...amounts });
  }
  truth.bundled = bundles.map((bundle) => bundledRow(student.id, bundle));
  truth.doubleCounted = world.results.flatMap((result) => doubled(result, end));
  truth.decoys = world.decoys.map(({ event, kind }) => ({ eventId: event.id, kind }));
  return truth;
}

/** By chance a penalty is exactly what a bundle held too much: then nobody can tell that its sender did not take that back. */
function takenBackBy({ events }: World, { event, own }: Bundle): string | null {
  const excess = (event.xp ?? 0) - own;
  const isRefund = ({ activity, questions, at, xp }: SentEvent): boolean =>
    activity.key === event.activity.key && questions === null && at > event.at && xp === -excess;
  return events.some(isRefund) ? "looks taken back" : null;
}

function daysOf(world: World, end: Moment): Map<string, Day> {
  const days = new Map<string, Day>();
  const dayOf = (at: Moment): Day => {
    const day = days.get(dayText(at)) ?? { trueXp: 0, naiveXp: 0, failedBankWrite: false, undecidable: null };
    days.set(dayText(at), day);
    return day;
  };
  const own = ownXpOf(world.bundles);
  for (const event of world.events) {
    const day = dayOf(event.at);
    day.trueXp += factXp(own.get(event) ?? event.xp ?? 0);
    day.naiveXp += factXp(event.xp ?? 0);
  }
  for (const result of world.results) {
    const state = counted(result, end);
    if (!state?.xp) continue;
    dayOf(state.scoreDate).naiveXp += factXp(state.xp);
    if (!result.event?.xp) dayOf(result.event?.at ?? state.scoreDate).trueXp += factXp(state.xp);
  }
  for (const bundle of world.bundles) markDay(dayOf(bundle.event.at), bundle);
  return days;
}

function markDay(day: Day, { parts, why }: Bundle): void {
  if (parts.some(({ failed }) => failed)) day.failedBankWrite = true;
  else day.undecidable ??= why;
}

const ownXpOf = (bundles: readonly Bundle[]): Map<SentEvent, Amount> =>
  new Map(bundles.flatMap(({ event, twins, own }) => [event, ...twins].map((one) => [one, own] as const)));

/** The state that facts are derived from; undefined if the result does not count. */
function counted(result: Result, end: Moment): State | undefined {
  const state = stateAt(result, end);
  return state?.status === "active" && result.lineItem.parent === undefined ? state : undefined;
}

function doubled(result: Result, end: Moment): [string, string][] {
  const state = counted(result, end);
  return state?.xp && result.event?.xp ? [[eventKey(result.event.id), resultKey(result.id)]] : [];
}

function bundledRow(studentId: string, { event, twins, own, parts, why }: Bundle): Record<string, unknown> {
  const xp = event.xp ?? 0;
  return {
    eventId: event.id,
    twins: twins.map(({ id }) => id),
    studentId,
    app: event.app.name,
    date: dayText(event.at),
    eventXp: jsonAmount(xp),
    ownXp: jsonAmount(own),
    excessXp: jsonAmount(xp - own),
    parts: parts.map(({ result }) => result.id).sort((a, b) => (a < b ? -1 : 1)),
    provable: why === null,
    why,
    failedBankWrite: parts.some(({ failed }) => failed),
  };
}
