import type { Exercise } from "./exercises.js";
import type { JudgedEvent } from "./judged-events.js";
import { type EventRecord, isSameCourse, type Micros, type StudentRecords } from "./records.js";
import { TimeLine } from "./time-line.js";

/** Something that was watched or read: what an exercise after it may carry the XP of. */
interface PassiveWork {
  at: Micros;
  courseId: string | null;
}

function passiveWorkOf<E extends EventRecord>(
  { spent, results, resource }: StudentRecords<E>,
  judged: readonly JudgedEvent<E>[],
): PassiveWork[] {
  const isPassive = (one: { activityKey: string | null }): boolean => resource(one.activityKey)?.isPassive ?? false;
  const ofResults = results.filter(isPassive).flatMap(({ scoredAt, completedAt, courseId }) => [
    { at: scoredAt, courseId },
    { at: completedAt, courseId },
  ]);
  return [
    ...spent.filter(isPassive),
    ...judged.filter((one) => one.isPassive).map(({ event }) => event),
    ...ofResults.flatMap(({ at, courseId }) => (at === null ? [] : [{ at, courseId }])),
  ];
}

/**
 * Whether a student watched or read something between the exercise before and this one, in the same course. Then the XP of
 * an exercise without banked XP near it tells nothing of how its app pays: a bank write may be missing. docs/audit.md,
 * "Quiet events".
 */
export function followsPassiveWork<E extends EventRecord>(
  records: StudentRecords<E>,
  judged: readonly JudgedEvent<E>[],
  exercises: readonly Exercise<E>[],
): (exercise: Exercise<E>) => boolean {
  const work = new TimeLine(passiveWorkOf(records, judged), ({ at }) => at);
  const before = previousOf(exercises);
  return (exercise) => {
    const { at, courseId } = exercise.event;
    return work
      .within(before(exercise), at)
      .some((one) => one.at > before(exercise) && isSameCourse(one.courseId, courseId));
  };
}

/** When the exercise before was completed, of the same course as far as is known; long ago where there is none. */
function previousOf<E extends EventRecord>(exercises: readonly Exercise<E>[]): (exercise: Exercise<E>) => Micros {
  const previous = new Map<Exercise<E>, Micros>();
  const last = new Map<string | null, Micros>();
  let latest = Number.NEGATIVE_INFINITY;
  for (const exercise of exercises) {
    const { at, courseId } = exercise.event;
    const ofCourse = Math.max(
      last.get(courseId) ?? Number.NEGATIVE_INFINITY,
      last.get(null) ?? Number.NEGATIVE_INFINITY,
    );
    previous.set(exercise, courseId === null ? latest : ofCourse);
    last.set(courseId, at);
    latest = at;
  }
  return (exercise) => previous.get(exercise) ?? Number.NEGATIVE_INFINITY;
}
