import { type Cents, xp } from "../kit/cents.js";
import type { Moment } from "../kit/clock.js";
import { Dice, type Rate } from "../kit/dice.js";
import type { Habits } from "./habits.js";

export type ResourceKind = "video" | "article" | "exercise" | "test";

/** A thing to watch, read or solve. Its base XP may be changed by its author. */
export interface Resource {
  id: string;
  title: string;
  kind: ResourceKind;
  /** Its place among the videos and articles of the unit, from 1; 0 for the exercise. */
  number: number;
  base: Cents | null;
  /** What the author made of it later. */
  changed: { at: Moment; base: Cents } | null;
  courseId: string;
  component: string;
}

export interface Unit {
  component: string;
  passives: readonly Resource[];
  exercise: Resource;
}

export interface Course {
  app: Habits;
  title: string;
  /** Its id in the first and, after the rollover, in the second term. */
  ids: readonly [string, string];
  units: readonly Unit[];
}

/** When authors change base XP, and how many exercises of Palimpsest they change. */
export interface Revision {
  share: Rate;
  from: Moment;
  until: Moment;
}

const UNITS = 60;

/** The courses of an app; the same for every school. */
export function coursesOf(seed: number, app: Habits, revision: Revision): Course[] {
  return app.courses.map((title, index) => {
    const dice = new Dice(seed, "course", app.slug, index);
    const slug = `${app.slug}-${title.toLowerCase().replace(/ /g, "-")}`;
    const ids = [`${slug}-s1`, `${slug}-s2`] as const;
    const units = Array.from({ length: UNITS }, (_, at) => unitOf(dice, app, `${slug}-u${at + 1}`, ids[0]));
    if (app.slug === "palimpsest") for (const unit of units) revise(dice, unit, revision);
    return { app, title, ids, units };
  });
}

function unitOf(dice: Dice, app: Habits, component: string, courseId: string): Unit {
  const common = { changed: null, courseId, component };
  const passives = Array.from({ length: dice.between(2, 4) }, (_, at): Resource => {
    const kind = dice.oneIn(3) ? "article" : "video";
    const number = at + 1;
    const amount = kind === "video" ? dice.between(2, 7) : dice.between(1, 3);
    return {
      ...common,
      id: `${component}-${kind[0]}${number}`,
      title: titleOf(kind, number),
      kind,
      number,
      base: xp(amount),
    };
  });
  const kind = app.slug === "kestrel" || dice.oneIn(5) ? "test" : "exercise";
  const amount = dice.between(1, 12);
  const base = app.tellsBase ? xp(app.evenBases ? amount + (amount % 2) : amount) : null;
  const exercise: Resource = {
    ...common,
    id: `${component}-${kind[0]}0`,
    title: titleOf(kind, 0),
    kind,
    number: 0,
    base,
  };
  return { component, passives, exercise };
}

const titleOf = (kind: ResourceKind, number: number): string =>
  `${(kind[0] ?? "").toUpperCase()}${kind.slice(1)}${number > 0 ? ` ${number}` : ""}`;

/** Lowers the exercise's base so that old pay and new pay differ by what videos of the unit bank, where that can be. */
function revise(dice: Dice, { exercise, passives }: Unit, { share, from, until }: Revision): void {
  const isChanged = dice.chance(share);
  const at = from + dice.below(Math.max(1, Math.floor((until - from) / 1000))) * 1000;
  const fewer = passives[dice.below(passives.length)]?.base ?? 0;
  if (!isChanged || exercise.base === null) return;
  exercise.changed = { at, base: exercise.base > fewer ? exercise.base - fewer : exercise.base + xp(2) };
}

/** The base XP as it stands at an instant. */
export const baseAt = ({ base, changed }: Resource, at: Moment): Cents | null =>
  changed && changed.at <= at ? changed.base : base;
