import { DAY, type Moment } from "../kit/clock.js";
import { type Identity, identityAt, type Person } from "../school/people.js";
import type { Habits } from "../vendors/habits.js";

const LAG = 5 * DAY;

/** Under which id the gradebook writes: that of the office for those who keep their address, else the app's. */
export const writtenAs = (person: Person, app: Habits, at: Moment): Identity =>
  person.fate === "re-rostered" ? identityAt(person, at) : knownAs(person, app, at);

/** Who the app thinks the student is: the apps that name users by path or URN hear of a new roster five days late. */
export function knownAs(person: Person, { actor }: Habits, at: Moment): Identity {
  const isSlow = actor === "path" || actor === "urn";
  return identityAt(person, isSlow ? at - LAG : at);
}
