import type { Actor, LandableEvent, Metrics } from "../../../domain/values/caliper-event.js";
import { textDigest } from "../../../domain/values/digest.js";
import { detached } from "../../../domain/values/own-text.js";
import type { IncomingActor } from "../../../store/landing/actors.js";
import type { IncomingEvent } from "../../../store/landing/event-columns.js";

const MAX_REMEMBERED = 100_000;
/** The last actor of each id, or of each email where there is no id. */
const remembered = new Map<string, IncomingActor>();

/** One key for one (segment, shape, email): events of equal actors share it. */
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

/** Without a list of the values, which is dear. */
function hasMetrics(metrics: Metrics): boolean {
  for (const name in metrics) if (metrics[name as keyof Metrics] !== null) return true;
  return false;
}

/** The run that lands events, and how many it has read: each event has its place among them. */
export interface LandingRun {
  runId: string;
  events: number;
}

/** Where an event was read, and the digest of its payload (src/domain/values/digest.ts). */
export interface RowOrigin {
  line: number;
  payloadDigest: string;
}

/** An event with all that its columns say: the next one of its run. */
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
