import type { Session } from "./behaviour/sessions.js";
import { count, type World } from "./school/world.js";

/** Counts the features visible in a finished world; others are counted where they are made. */
export function tally(world: World, sessions: readonly Session[]): void {
  const { student, events, times, results, decoys, activities } = world;
  count(world, "testUsers", student.isTestUser ? 1 : 0);
  count(world, "sessions", sessions.length);
  count(world, "overlappingCourses", sessions.filter(({ crowded }) => crowded).length / 2);
  count(world, "activityEvent", events.length);
  count(world, "timeSpentEvent", times.length);
  count(world, "result", results.length);
  count(world, "decoy", decoys.length);
  count(world, "missingCourse", events.filter(({ saysCourse }) => !saysCourse).length);
  for (const { kind } of activities) count(world, kind);
  for (const session of sessions) tallyRetakes(world, session);
}

function tallyRetakes(world: World, { enrolment, others }: Session): void {
  const retakes = others.filter(({ attempt }) => attempt > 1).length;
  count(world, enrolment.app.retakes === "overwrite" ? "retakeOverwriting" : "retakeWithAttempts", retakes);
}
