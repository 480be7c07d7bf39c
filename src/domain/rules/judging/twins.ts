import type { AuditRules } from "../audit-rules.js";
import { type EventRecord, SECOND } from "./records.js";

/** What twins share; null for an event that cannot be a twin. */
const likeness = ({ activityKey, xp, total, correct }: EventRecord): string | null =>
  activityKey === null || xp === null || xp === 0n ? null : `${xp} ${total} ${correct} ${activityKey}`;

/** Groups a student's events, given by time, then id: twins together, others alone. docs/audit.md, "Twins". */
export function twinGroups<E extends EventRecord>(
  events: readonly E[],
  { twinSeconds }: Pick<AuditRules, "twinSeconds">,
): [E, ...E[]][] {
  const open = new Map<string, [E, ...E[]]>();
  const groups: [E, ...E[]][] = [];
  for (const event of events) {
    const like = likeness(event);
    const group = like === null ? undefined : open.get(like);
    const last = group?.at(-1);
    if (group && last && event.at - last.at <= twinSeconds * SECOND) {
      group.push(event);
      continue;
    }
    const alone: [E, ...E[]] = [event];
    groups.push(alone);
    if (like !== null) open.set(like, alone);
  }
  return groups;
}
