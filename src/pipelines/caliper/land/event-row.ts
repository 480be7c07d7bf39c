import type { Actor, LandableEvent, Metrics } from "../../../domain/values/caliper-event.js";
import { textDigest } from "../../../domain/values/digest.js";
import { detached } from "../../../domain/values/own-text.js";
import type { IncomingActor } from "../../../store/landing/actors.js";
import type { IncomingEvent } from "../../../store/landing/event-columns.js";

const MAX_REMEMBERED = 100_000;
/** The last actor seen of each id, or of each email if there is no id. */
const remembered = new Map<string, IncomingActor>();

/** Interns actors: events of equal (segment, shape, email) share one key. */
function keyed({ segment, looksLikeUser, email }: Actor): IncomingActor {
  const name = segment ?? email ?? "";
  const known = remembered.get(name);
  if (known?.segment === segment && known.email === email && known.looksLikeUser === looksLikeUser) return known;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  const key = detached(textDigest(JSON.stringify([segment, looksLikeUser, email])));
  const actor = { key, segment: segment && detached(segment), looksLikeUser, email };
  remembered.set(actor.segment ?? email ?? "", actor);
  return actor;
}

/** Avoids allocating a list of the values. */
function hasMetrics(metrics: Metrics): boolean {
  for (const name in metrics) if (metrics[name as keyof Metrics] !== null) return true;
  return false;
}

/** The run that lands events, and how many it has read: an event's ordinal is its number among them. */
export interface LandingRun {
  runId: string;
  events: number;
}

/** Where an event was read, and the digest of its payload (src/domain/values/digest.ts). */
export interface RowOrigin {
  line: number;
  payloadDigest: string;
}

/** The next event of its run, with the values of its columns. */
export function incomingEvent(
  event: LandableEvent,
  { line, payloadDigest }: RowOrigin,
  run: LandingRun,
): IncomingEvent {
  const { runId } = run;
  run.events += 1;
  const actor = keyed(event.actor);
  return { event, runId, line, ordinal: run.events, actor, payloadDigest, hasMetrics: hasMetrics(event.metrics) };
}
