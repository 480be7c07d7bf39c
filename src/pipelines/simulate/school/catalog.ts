import { type Amount, wholeXp } from "../amount.js";
import { Stream } from "../random.js";
import type { App } from "./apps.js";

export type ActivityKind = "video" | "article" | "exercise" | "quiz";

export interface Course {
  id: string;
  title: string;
  subject: string;
}

/** Something to watch, read or solve; its key is its resource's id. */
export interface Activity {
  key: string;
  kind: ActivityKind;
  title: string;
  base: Amount;
  course: Course;
  /** Its course component. */
  component: string;
}

/** The activities of one session of a course. */
export interface Unit {
  passives: readonly Activity[];
  exercise: Activity;
  quiz: Activity;
}

const SUBJECTS = ["Math", "Science", "Reading", "Language", "Social Studies", "Vocabulary"] as const;
const MAX_PASSIVE = 6;
const MIN_BASE = 2;
const MAX_BASE = 10;

/** Fixed XP values instead of random ones: [passives, exercise]. */
export type Worths = readonly [readonly number[], number];

/** The activities of every app. A unit depends on the seed and its place only, so all students share it. */
export class Catalog {
  private readonly units = new Map<string, Unit>();

  constructor(private readonly seed: number) {}

  courses(app: App): readonly Course[] {
    const stream = new Stream(this.seed, "courses", app.slug);
    return stream.some(SUBJECTS, 3).map((subject) => {
      const slug = subject.toLowerCase().replace(" ", "-");
      return { id: `course-${app.slug}-${slug}`, title: `${subject} with ${app.name}`, subject };
    });
  }

  /** The unit of a course with that name; `worths` only if the name stands for them. */
  unit(course: Course, name: string, worths?: Worths): Unit {
    const key = `${course.id}-${name}`;
    const known = this.units.get(key);
    if (known) return known;
    const made = this.made(course, key, worths);
    this.units.set(key, made);
    return made;
  }

  private made(course: Course, place: string, worths?: Worths): Unit {
    const stream = new Stream(this.seed, "unit", place);
    const slug = place.replace(/^course-/, "");
    const activity = (kind: ActivityKind, number: number, xp: number): Activity => ({
      key: `${slug}-${kind}-${number}`,
      kind,
      title: `${course.subject}: ${kind} ${slug.split("-").at(-1)}.${number}`,
      base: wholeXp(xp),
      course,
      component: `${place}-component`,
    });
    const passiveXp = worths?.[0] ?? [0, 1, 2].map(() => stream.int(1, MAX_PASSIVE));
    return {
      passives: passiveXp.map((xp, at) => activity(stream.chance(0.6) ? "video" : "article", at + 1, xp)),
      exercise: activity("exercise", 1, worths?.[1] ?? stream.int(MIN_BASE, MAX_BASE)),
      quiz: activity("quiz", 1, stream.int(MIN_BASE, MAX_BASE)),
    };
  }
}
