import { type Amount, hundredthsXp } from "../amount.js";
import { jsonAmount } from "../files/json.js";
import { MINUTE, type Moment } from "../moment.js";
import { count, type Result, type SentEvent } from "../school/world.js";
import type { Happening, Making } from "./happenings.js";

/** How a penalty is recorded: as an event about conduct or about the exercise, or as a result. */
type Form = "conduct" | "exercise" | "result";

const COSTS = [-100, -200, -50].map(hundredthsXp);

/** Sometimes takes XP away after a session: returns the event, if one is sent; adds the result, if one is written. */
export function penaltyOf({ stream, world, rates }: Making, last: Happening, number: number): SentEvent | null {
  const { app, course } = last.session.enrolment;
  const form = stream.pick<Form>(["conduct", "exercise", "result"]);
  const cost = stream.pick(COSTS);
  const at = last.sitting.at + stream.int(2 * MINUTE, 4 * MINUTE);
  const id = stream.uuid();
  if (!stream.chance(rates.penalty)) return null;
  count(world, "penalty");
  if (form === "result" || !last.event) {
    world.results.push(penaltyResult(last, { id: `${app.slug}_penalty_${world.student.id}_${number}`, at, cost }));
    return null;
  }
  const key = `${app.slug}-conduct-note-${number}`;
  const ofExercise = form === "exercise" && app.attempts.event !== null;
  const conduct = { activity: { key, title: "Conduct" }, attempt: null };
  const event = { ...last.event, id, at, course, xp: cost, questions: null, ...(ofExercise ? {} : conduct) };
  world.events.push(event);
  return event;
}

function penaltyResult({ session }: Happening, { id, at, cost }: { id: string; at: Moment; cost: Amount }): Result {
  const { app, course } = session.enrolment;
  return {
    id,
    app,
    lineItem: { id: `${course.id}-conduct_ali`, title: "Conduct", course, saysCourse: app.lineItemCourse },
    states: [
      {
        at,
        status: "active",
        xp: cost,
        scoreDate: at,
        score: null,
        scoreStatus: "fully graded",
        metadata: { [app.xpKey]: jsonAmount(cost), xpReason: "Penalty", appName: app.name },
      },
    ],
    event: null,
  };
}
