import { createHash } from "node:crypto";
import { copyRow } from "../../store/copy-text.js";
import type { Actor, LandableEvent } from "./record.js";

const MAX_REMEMBERED = 100_000;
const remembered = new Map<string, string>();

/** One key for one (segment, shape, email); events of equal actors share it. */
function actorKey({ segment, looksLikeUser, email }: Actor): string {
  const identity = JSON.stringify([segment, looksLikeUser, email]);
  const known = remembered.get(identity);
  if (known !== undefined) return known;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  const key = createHash("sha256").update(identity).digest("hex").slice(0, 32);
  remembered.set(identity, key);
  return key;
}

const hasMetrics = ({ metrics }: LandableEvent): boolean => Object.values(metrics).some((value) => value !== null);

/** One staging row in the order of `incomingColumns`. */
export function eventRow(
  event: LandableEvent,
  { ordinal, file, line }: { ordinal: number; file: string; line: number },
): string {
  const { actor, metrics } = event;
  return copyRow([
    ordinal,
    file,
    line,
    event.eventId,
    actor.segment,
    actor.looksLikeUser,
    actor.email,
    event.eventType,
    hasMetrics(event),
    actorKey(actor),
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
    event.payload,
  ]);
}
