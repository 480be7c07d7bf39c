import { DAY, HOUR, type Moment } from "../kit/clock.js";
import { Dice } from "../kit/dice.js";
import type { Options } from "../options.js";
import type { Habits } from "../vendors/habits.js";
import { drawTimetable, type Timetable } from "./bells.js";
import type { School } from "./calendar.js";

/** What happens to a student's records in the year, beside lessons. */
export type Fate = "stays" | "transfer-student" | "re-rostered" | "leaver-email-only" | "results-moved";

/** A row of `users`, and from when on it is the student's. */
export interface Identity {
  userId: string;
  email: string;
  from: Moment;
}

export interface Person {
  index: number;
  givenName: string;
  familyName: string;
  /** Before and after a transfer; else the same one twice. */
  schools: readonly [School, School];
  timetable: Timetable;
  apps: readonly [Habits, Habits];
  fate: Fate;
  /** When the fate strikes; never reached by those who stay. */
  fateAt: Moment;
  /** One or two, in their order. */
  identities: readonly Identity[];
  /** Does the office empty the address of the user whom it takes off the roster? */
  forgetsEmail: boolean;
}

/** The instants between which fates strike. */
export interface Span {
  start: Moment;
  firstRead: Moment;
  end: Moment;
}

const GIVEN = [
  "Amara",
  "Bogdan",
  "Chiara",
  "Dmitri",
  "Elif",
  "Farid",
  "Greta",
  "Hiro",
  "Ines",
  "Jonas",
  "Kaia",
  "Luca",
];
const FAMILY = ["Abara", "Brandt", "Costa", "Dunne", "Eriksen", "Fuchs", "Garza", "Hale", "Ito", "Joshi", "Kealoha"];
const FATES = ["transfer-student", "re-rostered", "leaver-email-only", "results-moved"] as const;

/** The student of a number. Nothing here depends on the other students. */
export function drawPerson(
  options: Options,
  schools: readonly School[],
  apps: readonly Habits[],
  index: number,
  span: Span,
): Person {
  const dice = new Dice(options.seed, "person", index);
  const school = dice.pick(schools);
  const other = dice.pick(schools);
  const person = {
    index,
    givenName: dice.pick(GIVEN),
    familyName: dice.pick(FAMILY),
    timetable: drawTimetable(dice),
    apps: appsOf(apps, index),
    fate: fateOf(options, dice),
    forgetsEmail: dice.oneIn(2),
  };
  const after = person.fate === "transfer-student" ? other : school;
  const fateAt = instantOf(person.fate, dice, span, person.forgetsEmail);
  const first = { userId: userIdOf(dice, index), email: emailOf(person, school, ""), from: span.start };
  const second = {
    userId: userIdOf(dice, index),
    email: keepsAddress(person) ? first.email : emailOf(person, after, after === school ? "2" : ""),
    from: fateAt,
  };
  const hasSecond = person.fate === "re-rostered" || person.fate === "transfer-student";
  return { ...person, schools: [school, after], fateAt, identities: hasSecond ? [first, second] : [first] };
}

const appsOf = (apps: readonly Habits[], index: number): readonly [Habits, Habits] => {
  const round = Math.floor(index / apps.length);
  const first = apps[index % apps.length];
  const second = apps[(index + 4 + 3 * round) % apps.length];
  if (!first || !second) throw new RangeError("no apps");
  return first === second ? [first, apps[(index + 1) % apps.length] ?? first] : [first, second];
};

function fateOf({ rates }: Options, dice: Dice): Fate {
  const struck = FATES.filter((fate) => dice.chance(rates[fate]));
  return struck[0] ?? "stays";
}

/** Those who are re-rostered keep their address, and so do those whose results are carried over in their rows. */
const keepsAddress = ({ fate, index }: { fate: Fate; index: number }): boolean =>
  fate === "re-rostered" || !rowsAreRenewed(fate, index);

/** Do results get new ids, under which a new row tells what the old one told? Else the row changes its student. */
export const rowsAreRenewed = (fate: Fate, index: number): boolean =>
  fate === "results-moved" || (fate === "transfer-student" && index % 2 === 0);

/** An emptied address is only known to who read `users` before: such a student leaves after the first reading. */
function instantOf(fate: Fate, dice: Dice, { start, firstRead, end }: Span, forgetsEmail: boolean): Moment {
  const isLate = fate === "leaver-email-only" && forgetsEmail;
  const from = isLate ? firstRead + 2 * DAY : start + 4 * DAY;
  const until = Math.max(from + HOUR, end - 4 * DAY);
  return from + dice.below(Math.floor((until - from) / HOUR)) * HOUR + dice.below(3000) * 1000;
}

const userIdOf = (dice: Dice, index: number): string =>
  index % 3 === 0 ? dice.uuid() : `u${index.toString(36)}-${dice.uuid().slice(0, 8)}`;

const emailOf = (
  { givenName, familyName, index }: { givenName: string; familyName: string; index: number },
  { mailHost }: School,
  suffix: string,
): string => `${givenName}.${familyName}${index}${suffix}@${mailHost}`;

/** Who the student is to the office at an instant. */
export function identityAt({ identities }: Person, at: Moment): Identity {
  const known = identities.filter(({ from }) => from <= at);
  const identity = known.at(-1) ?? identities[0];
  if (!identity) throw new RangeError("a student without identity");
  return identity;
}

/** Who the student is at the end. */
export const lastIdentity = (person: Person): Identity => identityAt(person, Number.MAX_SAFE_INTEGER);
