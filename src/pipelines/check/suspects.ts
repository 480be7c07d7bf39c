import type { Suspect } from "../../domain/rules/bundling.js";
import type { NamedBank } from "../../domain/rules/bundling-words.js";
import { type BankedXp, bankedXp } from "./banked.js";
import type { EventNote } from "./event-note.js";
import type { Ground } from "./evidence.js";
import { type Exercise, exercisesOf, type JudgedEvent, judgedEvents, type Numbering } from "./exercises.js";

/** An exercise that reports XP, ready to be judged. */
export interface CheckedSuspect extends Suspect {
  exercise: Exercise;
  student: string;
  isQuiet: boolean;
  banks: readonly NamedBank[];
}

/** The events of one student, by time, then id. */
export interface StudentEvents {
  student: string;
  events: readonly EventNote[];
}

/** Which apps number attempts from 0, in their events and in their results. docs/audit.md, "Attempts". */
export function numberings(students: Iterable<StudentEvents>, ground: Ground): (app: string) => Numbering {
  const ofEvents = new Set<string>();
  const ofResults = new Set<string>();
  for (const { student, events } of students)
    for (const { event, twins, linked } of judgedEvents(events, student, ground)) {
      if ([event, ...twins].some(({ attempt }) => attempt === 0)) ofEvents.add(event.app);
      if (linked.some(({ attempt }) => attempt === 0)) ofResults.add(event.app);
    }
  return (app) => ({ events: ofEvents.has(app) ? 1 : 0, results: ofResults.has(app) ? 1 : 0 });
}

const NOTHING: BankedXp = { near: [], isQuiet: true, late: [], zeroBase: 0n };

/** The exercises of one student that report XP, by time, then id. */
export function suspectsOf(
  judged: readonly JudgedEvent[],
  { student, numbering, ground }: { student: string; numbering: (app: string) => Numbering; ground: Ground },
): CheckedSuspect[] {
  const exercises = exercisesOf(judged, numbering, ground.rules);
  const banked = bankedXp(judged, exercises, student, ground);
  return exercises
    .filter(({ xp }) => xp >= 0n)
    .map((exercise) => {
      const { near, isQuiet, late, zeroBase } = banked.get(exercise) ?? NOTHING;
      const { event, xp, completion } = exercise;
      return {
        eventId: event.eventId,
        app: event.app === "" ? null : event.app,
        xp,
        completion,
        ownResultXp: exercise.ownResults.flatMap((result) => result.xp ?? []),
        near,
        late,
        zeroBase,
        isQuiet,
        exercise,
        student,
        banks: [...near, ...late],
      };
    });
}
