import { wholeXp } from "../amount.js";
import { DAY, HOUR, MINUTE, type Moment, SECOND } from "../moment.js";
import { xpMember } from "../school/line-items.js";
import {
  type Bundle,
  count,
  type Delivery,
  type Result,
  type SentEvent,
  type SpentTime,
  type State,
} from "../school/world.js";
import type { Making } from "./happenings.js";

const PART_DELETED = 0.1;
const COMES_BACK = 0.25;
const LONGEST_DELAY = 3 * DAY;

/** Deletes some results, restores some of them, and corrects some by hand. */
export function disturbResults(making: Making): void {
  const bundles = new Map(making.world.bundles.flatMap((bundle) => bundle.parts.map(({ result }) => [result, bundle])));
  const bundled = new Set(making.world.bundles.flatMap(({ event, twins }) => [event, ...twins]));
  for (const result of making.world.results) {
    if (result.lineItem.parent !== undefined) continue;
    correct(making, result, bundled);
    remove(making, result, bundles.get(result));
  }
}

/**
 * Deletes a result, unless only it shows the attempt or the own XP. Parts of a bundle are rarely deleted: nothing could prove the
 * bundle.
 */
function remove({ stream, world, rates, span }: Making, result: Result, bundle: Bundle | undefined): void {
  const isChosen = stream.chance(rates.deletion * (bundle ? PART_DELETED : 1));
  const comesBack = stream.chance(COMES_BACK) && !bundle;
  const after = stream.int(HOUR, 2 * DAY);
  const last = result.states.at(-1);
  if (!isChosen || !last || isNeeded(result) || bundle?.why) return;
  count(world, "deletion");
  const at = Math.min(last.at + after, span.readings[1]);
  result.states.push({ ...last, at, status: "tobedeleted" });
  if (comesBack && at + after < span.readings[1]) result.states.push({ ...last, at: at + after });
  else if (bundle) bundle.why = "part deleted";
}

const isNeeded = ({ app, event }: Result): boolean =>
  event !== null && event.questions !== null && (event.attempt === null || (app.bundles && app.pays !== "formula"));

/**
 * A teacher adds or takes away one XP, in a result alone or next to an honest event, whose XP stays. Apps that pay by their own rules
 * lose none: only their results show what was paid.
 */
function correct({ stream, world, rates, span }: Making, result: Result, bundled: ReadonlySet<SentEvent>): void {
  const isChosen = stream.chance(rates.correction);
  const takes = stream.chance(0.5);
  const after = stream.int(HOUR, 2 * DAY);
  const last = result.states.at(-1);
  const at = (last?.at ?? 0) + after;
  if (!isChosen || !last || at >= span.readings[1] || !isCorrectable(result, last, bundled)) return;
  count(world, "correction");
  const isLess = takes && result.app.pays === "formula" && (last.xp ?? 0) > wholeXp(1);
  const xp = (last.xp ?? 0) + wholeXp(isLess ? -1 : 1);
  result.states.push({
    ...last,
    at,
    xp,
    metadata: { ...last.metadata, [result.app.xpKey]: xpMember(result.app, xp), comment: "corrected" },
  });
}

function isCorrectable({ app, event }: Result, { xp, metadata }: State, bundled: ReadonlySet<SentEvent>): boolean {
  if (xp === null || xp <= 0) return false;
  if (!app.sends) return metadata.xpReason === undefined && metadata.totalQuestions !== undefined;
  return event !== null && event.questions !== null && (event.xp ?? 0) > 0 && !bundled.has(event);
}

/** Delivers the events: some late, twice, or with another payload under the same id. Only the first delivery of an id counts. */
export function deliver(making: Making): void {
  const { stream, world, rates } = making;
  const own = new Map(world.bundles.map(({ event, own }) => [event, own]));
  for (const event of [...world.events, ...world.times]) {
    const sentAt = event.at + sendDelay(stream.chance(rates.lateArrival), stream.int(MINUTE, LONGEST_DELAY), stream);
    world.deliveries.push({ sentAt, event });
    if (sentAt >= event.at + MINUTE) count(world, "lateArrival");
    const retriedAt = sentAt + stream.int(0, HOUR);
    if (stream.chance(rates.retry)) send(making, "retry", { sentAt: retriedAt, event });
    const conflictAt = sentAt + stream.int(SECOND, DAY);
    if (stream.chance(rates.conflict) && isPaid(event))
      send(making, "conflict", { sentAt: conflictAt, event, xp: own.get(event) ?? (event.xp ?? 0) + wholeXp(1) });
  }
  world.deliveries.sort(byTime);
}

function send({ world }: Making, feature: "retry" | "conflict", delivery: Delivery): void {
  world.deliveries.push(delivery);
  count(world, feature);
}

const sendDelay = (isLate: boolean, long: number, stream: Making["stream"]): Moment =>
  stream.int(0, 2 * SECOND) + (isLate ? long : 0);

const isPaid = (event: SentEvent | SpentTime): event is SentEvent => "xp" in event && event.xp !== null;

/** A stable sort keeps the first delivery of an id first. */
const byTime = (a: Delivery, b: Delivery): number => a.sentAt - b.sentAt;
