import { type Moment, SECOND } from "../moment.js";
import type { SimulationOptions, Span } from "../options.js";
import type { App } from "../school/apps.js";
import type { Activity, Catalog } from "../school/catalog.js";
import { enrol, streamOf } from "../school/student.js";
import { count, type SpentTime, type World } from "../school/world.js";
import { tally } from "../tally.js";
import { bankSession } from "./banking.js";
import { resultsOf } from "./exercise-results.js";
import { type Happening, happeningsOf, type Making } from "./happenings.js";
import { deliver, disturbResults } from "./mishaps.js";
import { penaltyOf } from "./penalties.js";
import { planSessions, type Session, type Sitting } from "./sessions.js";

/** What all students of a population share. */
export interface Setting {
  options: SimulationOptions;
  span: Span;
  apps: readonly App[];
  catalog: Catalog;
}

/** Everything that one student does, sends and leaves in the tables. Depends on the seed and the student's number only. */
export function live({ options, span, apps, catalog }: Setting, index: number): World {
  const stream = streamOf(options.seed, index);
  const student = enrol(stream, index, apps, catalog);
  const world: World = {
    student,
    events: [],
    times: [],
    results: [],
    bundles: [],
    decoys: [],
    deliveries: [],
    activities: [],
    counts: {},
  };
  const making: Making = { stream, world, rates: options.rates, span };
  const sessions = planSessions({ stream, student, catalog, span, rates: options.rates });
  const happenings = sessions.map((session) => happeningsOf(making, session));
  const exercises = exerciseMoments(making, happenings);
  sessions.forEach((session, at) => {
    const own = happenings[at] ?? [];
    bankSession(making, session, own[0] ?? null, exercises);
    keepEvents(world, own);
    world.results.push(...resultsOf(making, own));
    spendTime(making, session, options.timeEvents);
  });
  disturbResults(making);
  deliver(making);
  world.activities.push(...sessions.flatMap(activitiesOf));
  tally(world, sessions);
  return world;
}

const activitiesOf = ({ watches, exercise, others }: Session): Activity[] =>
  [...watches, ...(exercise ? [exercise] : []), ...others].map(({ activity }) => activity);

/** Moments of exercises, quizzes, their twins and penalties, those of other apps included. */
function exerciseMoments(making: Making, happenings: readonly Happening[][]): Moment[] {
  return happenings.flatMap((own, number) => {
    const last = own.at(-1);
    const penalty = last && !last.session.crowded ? penaltyOf(making, last, number + 1) : null;
    const events = own.flatMap(({ event, twins }) => [...(event ? [event] : []), ...twins]);
    return [...events, ...(penalty ? [penalty] : [])].map(({ at }) => at);
  });
}

/** Adds events and twins, after bundling, so that twins repeat their event's XP. An event without XP has no twins. */
function keepEvents(world: World, happenings: readonly Happening[]): void {
  for (const happening of happenings) {
    const { event, session, sitting } = happening;
    if (!event) continue;
    if (!event.xp) happening.twins = [];
    for (const twin of happening.twins) twin.xp = event.xp;
    world.events.push(event, ...happening.twins);
    count(world, "twin", happening.twins.length);
    if (isQuizAfterBanking(session, sitting)) world.decoys.push({ event, kind: "quiz-after-banking" });
  }
}

const isQuizAfterBanking = ({ decoy, watches }: Session, { activity }: Sitting): boolean =>
  decoy === "quiz-after-banking" && activity.kind === "quiz" && watches.length > 0;

/** Adds `count` TimeSpentEvents for each activity of a session. */
function spendTime({ stream, world }: Making, { watches, exercise, enrolment }: Session, count: number): void {
  const stretches = [
    ...watches.map(({ activity, from, to }) => ({ activity, from, to })),
    ...(exercise
      ? [{ activity: exercise.activity, from: exercise.at - exercise.minutes * 60 * SECOND, to: exercise.at }]
      : []),
  ];
  for (const { activity, from, to } of stretches) {
    const runId = stream.uuid();
    for (let window = 1; window <= count; window += 1) {
      const length = Math.floor((to - from) / count);
      const seconds = stream.int(Math.floor((length * 0.6) / SECOND), Math.floor(length / SECOND));
      const time: SpentTime = { id: stream.uuid(), ...enrolment, activity, at: from + window * length, runId, seconds };
      if (enrolment.app.sends) world.times.push(time);
    }
  }
}
