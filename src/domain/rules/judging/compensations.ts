import type { Xp } from "../../values/xp.js";
import type { Exercise } from "./exercises.js";
import { type EventRecord, isAdjustment, type StudentRecords } from "./records.js";

/** XP that a sender took back by a later event of the same activity. */
export interface Compensation {
  eventId: string;
  /** Above 0. */
  xp: Xp;
}

const NONE: readonly Compensation[] = [];

/** What was taken back of each exercise of a student after it was completed, the earliest first. docs/audit.md, "What must also hold". */
export function compensationsOf({ events }: StudentRecords): (exercise: Exercise) => readonly Compensation[] {
  const byActivity = new Map<string, EventRecord[]>();
  for (const event of events)
    if (event.activityKey !== null && isAdjustment(event))
      byActivity.set(event.activityKey, [...(byActivity.get(event.activityKey) ?? []), event]);
  if (byActivity.size === 0) return () => NONE;
  return ({ activityKey, event }) =>
    (byActivity.get(activityKey ?? "") ?? [])
      .filter(({ at }) => at > event.at)
      .map(({ eventId, xp }) => ({ eventId, xp: -(xp ?? 0n) }));
}
