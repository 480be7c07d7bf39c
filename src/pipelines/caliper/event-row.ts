import { createHash } from "node:crypto";
import { copyRow } from "../../store/copy-text.js";
import type { EventRow } from "../../store/event-rows.js";
import type { Actor, LandableEvent } from "./record.js";

const MAX_REMEMBERED = 100_000;
const remembered = new Map<string, string>();

/** One key for one (segment, shape, email); events of equal actors share it. */
function actorKey({ segment, looksLikeUser, email }: Actor): string {
  const name = `${looksLikeUser}${segment === null ? "" : ` ${segment}`}\n${email === null ? "" : ` ${email}`}`;
  const known = remembered.get(name);
  if (known !== undefined) return known;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  const identity = JSON.stringify([segment, looksLikeUser, email]);
  const key = createHash("sha256").update(identity).digest("hex").slice(0, 32);
  remembered.set(name, key);
  return key;
}

const hasMetrics = ({ metrics }: LandableEvent): boolean => Object.values(metrics).some((value) => value !== null);

/** The run that lands events, and how many it has read: each event has its place among them. */
export interface LandingRun {
  runId: string;
  events: number;
}

/** The row of an event for `EventRows`: the next one of its run. */
export function eventRow(event: LandableEvent, line: number, run: LandingRun): EventRow {
  const { actor, metrics } = event;
  const key = actorKey(actor);
  const reported = hasMetrics(event);
  run.events += 1;
  const row = copyRow([
    event.eventId,
    run.runId,
    run.events,
    reported && event.eventType === "ActivityEvent",
    event.eventType,
    reported,
    key,
    event.occurredAt,
    event.attempt,
    metrics.xp,
    metrics.totalQuestions,
    metrics.correctQuestions,
    metrics.masteredUnits,
    metrics.active,
    metrics.inactive,
    metrics.waste,
    metrics.unknown,
    metrics.antiPattern,
    event.activityKey,
    event.objectSlug,
    event.subject,
    event.app,
    event.courseId,
    event.courseName,
    event.activityName,
    event.runId,
  ]);
  const payload = copyRow([run.runId, run.events, event.payload]);
  return { eventId: event.eventId, line, actor: { key, ...actor }, row, payload };
}
