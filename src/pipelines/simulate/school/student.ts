import { Stream } from "../random.js";
import type { App } from "./apps.js";
import type { Catalog, Course } from "./catalog.js";

/** A course as one app teaches it. */
export interface Enrolment {
  app: App;
  course: Course;
}

export interface Student {
  index: number;
  id: string;
  /** As in `users`. */
  email: string;
  name: string;
  isTestUser: boolean;
  /** How events identify the student. */
  actor: "url" | "urn" | "path" | "email";
  /** One or more courses, of one app or two. */
  enrolments: readonly Enrolment[];
}

const NAMES = [
  ...["Ada", "Amir", "Bea", "Chen", "Dara", "Elif", "Femi", "Gita", "Hugo", "Ines", "Jun", "Kofi", "Lena", "Maya"],
  ...["Nils", "Omar", "Pia", "Quinn", "Rosa", "Sami", "Tove", "Uma", "Vera", "Wen", "Ximena", "Yara", "Zoe"],
];
const TEST_USER_EVERY = 19;
const TEST_USER_AT = 7;
const SECOND_APP = 0.4;
const SECOND_COURSE = 0.5;

/** The student with that number, drawn from the student's own stream. */
export function enrol(stream: Stream, index: number, apps: readonly App[], catalog: Catalog): Student {
  const number = String(index + 1).padStart(5, "0");
  const name = stream.pick(NAMES);
  const first = apps[index % apps.length] ?? stream.pick(apps);
  const second = stream.pick(apps);
  const chosen = stream.chance(SECOND_APP) && second !== first ? [first, second] : [first];
  return {
    index,
    id: `learner-${number}-${stream.int(0, 65_535).toString(16).padStart(4, "0")}`,
    email: `s${number}.${name.toLowerCase()}@school.example`,
    name,
    isTestUser: index % TEST_USER_EVERY === TEST_USER_AT,
    actor: stream.pick(["url", "url", "urn", "path", "email"]),
    enrolments: chosen.flatMap((app) =>
      stream.some(catalog.courses(app), stream.chance(SECOND_COURSE) ? 2 : 1).map((course) => ({ app, course })),
    ),
  };
}

/** The random stream of one student, independent of the number of students. */
export const streamOf = (seed: number, index: number): Stream => new Stream(seed, "student", index);
