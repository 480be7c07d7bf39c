import { type Amount, hundredthsXp } from "../amount.js";
import { jsonAmount } from "../files/json.js";
import { MINUTE, type Moment } from "../moment.js";
import { count, type Result, type SentEvent } from "../school/world.js";
import type { Happening, Making } from "./happenings.js";

/** How a penalty is reported: as an event about conduct, one about the exercise itself, or a result. */
type Report = "conduct" | "exercise" | "result";

const COSTS = [-100, -200, -50].map(hundredthsXp);

/** Now and then XP is taken away after a session. Returns the event, where one is sent; adds the result, where one is written. */
export function penaltyOf({ stream, world, rates }: Making, last: Happening, number: number): SentEvent | null {
  const { app, course } = last.session.enrolment;
  const report = stream.pick<Report>(["conduct", "exercise", "result"]);
  const cost = stream.pick(COSTS);
  const at = last.sitting.at + stream.int(2 * MINUTE, 4 * MINUTE);
  const id = stream.uuid();
  if (!stream.chance(rates.penalty)) return null;
  count(world, "penalty");
  if (report === "result" || !last.event) {
    world.results.push(penaltyResult(last, { id: `${app.slug}_penalty_${world.student.id}_${number}`, at, cost }));
    return null;
  }
  const key = `${app.slug}-conduct-note-${number}`;
  const ofExercise = report === "exercise" && app.attempts.event !== null;
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
