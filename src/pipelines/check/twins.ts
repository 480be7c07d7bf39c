import type { AuditRules } from "../../domain/rules/audit-rules.js";
import type { EventNote } from "./event-note.js";

/** What twins have in common; null where an event is nobody's twin. */
const likeness = ({ activityKey, xp, total, correct }: EventNote): string | null =>
  activityKey === null || xp === null || xp === 0n ? null : JSON.stringify([activityKey, `${xp} ${total} ${correct}`]);

/** Groups of a student's events, given by time, then id: twins together, all others alone. docs/audit.md, "Twins". */
export function twinGroups(events: readonly EventNote[], { twinSeconds }: AuditRules): EventNote[][] {
  const open = new Map<string, EventNote[]>();
  const groups: EventNote[][] = [];
  for (const event of events) {
    const like = likeness(event);
    const group = like === null ? undefined : open.get(like);
    const last = group?.at(-1);
    if (group && last && event.at - last.at <= twinSeconds * 1000) {
      group.push(event);
      continue;
    }
    const alone = [event];
    groups.push(alone);
    if (like !== null) open.set(like, alone);
  }
  return groups;
}
