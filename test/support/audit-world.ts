import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "csv-stringify/sync";

/** How often the source is read: a result may look different each time, which makes its history. */
export const LOADS = [1, 2, 3] as const;

/** When every story happens; all its times are seconds from here. */
const START = Date.UTC(2025, 2, 3, 10);
const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();

type Cells = Record<string, unknown>;

/** An activity of a story: base XP in its resource's metadata, and the course of its line item. */
export interface ActivityShape {
  base?: number | null;
  /** Of `resources.metadata`; by default what the key says: `video-2` is a video, everything else an exercise. */
  type?: string | null;
  khanActivityType?: string;
  course?: string | null;
  /** The course of the component to which the line item belongs. */
  componentCourse?: string;
  /** The component is named by the component resource, not by the line item. */
  throughResource?: boolean;
  /** The line item stands below another one. */
  child?: boolean;
  /** When its resource was modified, in seconds; long ago by default. */
  modified?: number;
  /** What the resource says from the second load on. */
  rebased?: { base: number; modified: number };
}

/** A completed exercise. */
export interface EventShape {
  /** What findings call it; by default its activity. */
  name?: string;
  of?: string;
  at?: number;
  xp?: number | null;
  /** Right answers of ten; null: no questions were asked. */
  correct?: number | null;
  total?: number | null;
  attempt?: number | null;
  course?: string | null;
  /** Its id is higher, the higher this is. */
  order?: number;
  student?: string;
}

/** One reading of a result; the next one is the same but for what it says. */
export interface ReadingShape {
  of?: string;
  at?: number;
  modified?: number | null;
  status?: string;
  scoreStatus?: string;
  metadata?: Cells;
  /** The score date is a day without time. */
  day?: boolean;
}

/** An event without banked XP near it. */
export type Quiet = readonly [base: number, xp: number, attempt?: number | null, correct?: number];

/** A student with an app of its own, and everything that it did. Nothing of it touches another story. */
export class Story {
  readonly events: Cells[] = [];
  readonly readings: { load: number; row: Cells }[] = [];
  readonly activities = new Map<string, ActivityShape>();
  readonly students = new Set<string>();
  readonly names = new Map<string, string>();

  constructor(readonly slug: string) {
    this.students.add(this.studentId());
  }

  /** The id of an event that was reported, by its name, as Caliper writes it. */
  eventUrn(name: string): string {
    const id = [...this.names].find(([, called]) => called === name)?.[0];
    return `urn:uuid:${id}`;
  }

  get app(): string {
    return `App ${this.slug}`;
  }

  studentId(name = "student"): string {
    return `${this.slug}.${name}`;
  }

  /** Declares an activity; one that is not declared has a base of 2 XP. */
  activity(key: string, shape: ActivityShape): this {
    this.activities.set(key, { ...this.activities.get(key), ...shape });
    return this;
  }

  /** Reports a completed exercise: by default 9 XP for `ex`, all of ten right, at second 0, attempt 1. */
  event(shape: EventShape = {}): this {
    const { of = "ex", at: seconds = 0, xp = 9, correct = 10, total = 10, attempt = 1, course = "c1" } = shape;
    const student = this.studentId(shape.student);
    this.students.add(student);
    this.activity(of, {});
    const id = uuid(this.slug, shape.order ?? this.events.length);
    this.names.set(id, shape.name ?? of);
    const items = { xpEarned: xp, totalQuestions: total, correctQuestions: correct };
    this.events.push({
      id: `urn:uuid:${id}`,
      type: "ActivityEvent",
      profile: "TimebackProfile",
      action: "Completed",
      actor: { id: `https://host.example/users/${student}`, type: "TimebackUser", email: emailOf(student) },
      object: {
        id: `https://app.example/activities/${this.slug}.${of}`,
        type: "TimebackActivityContext",
        subject: "Math",
        app: { name: this.app },
        ...(course === null ? {} : { course: { id: `https://host.example/courses/${course}`, name: course } }),
      },
      eventTime: at(seconds),
      generated: {
        id: "urn:uuid:1",
        type: "TimebackActivityMetricsCollection",
        ...(attempt === null ? {} : { attempt }),
        items: Object.entries(items).flatMap(([type, value]) => (value === null ? [] : [{ type, value }])),
      },
    });
    return this;
  }

  /** Time spent on an activity. */
  watch(key: string, at: number, { student, course = "c1" }: { student?: string; course?: string } = {}): this {
    const before = this.events.length;
    this.activity(key, {}).event({
      of: key,
      at,
      ...(student === undefined ? {} : { student }),
      course,
      order: 7000 + before,
    });
    const event = this.events[before] as Cells;
    event.type = "TimeSpentEvent";
    event.action = "SpentTime";
    event.generated = {
      id: "urn:uuid:2",
      type: "TimebackTimeSpentMetricsCollection",
      items: [{ type: "active", value: 300 }],
    };
    return this;
  }

  /** A result with its readings, one for each load from the first on; `student` when it is somebody else's. */
  result(
    name: string,
    readings: readonly ReadingShape[],
    { student, first = 1 }: { student?: string; first?: number } = {},
  ): this {
    const id = `${this.slug}.result.${name}`;
    this.names.set(id, name);
    let shape: ReadingShape = { of: name };
    readings.forEach((reading, index) => {
      shape = { ...shape, ...reading };
      this.activity(shape.of ?? name, {});
      this.readings.push({ load: first + index, row: this.row(id, this.studentId(student), shape) });
    });
    this.students.add(this.studentId(student));
    return this;
  }

  private row(id: string, student: string, shape: ReadingShape): Cells {
    const { of, at: seconds = 0, modified = seconds, status = "active", metadata = {}, day = false } = shape;
    return {
      sourced_id: id,
      status,
      date_last_modified: modified === null ? "" : at(modified),
      assessment_line_item_sourced_id: `${this.slug}.${of}_ali`,
      student_sourced_id: student,
      score_date: day ? at(seconds).slice(0, "YYYY-MM-DD".length) : at(seconds),
      score_status: shape.scoreStatus ?? "fully graded",
      metadata: JSON.stringify(metadata),
    };
  }

  /** The exercise's own result: what it says, 1 second after the event. */
  own(
    metadata: Cells,
    {
      of = "ex",
      at: seconds = 1,
      name = "own",
      student,
    }: { of?: string; at?: number; name?: string; student?: string } = {},
  ): this {
    return this.result(name, [{ of, at: seconds, metadata }], student === undefined ? {} : { student });
  }

  /** A video or article that stood at 0 XP, 10 minutes before its bank write; the write is what the second load reads. */
  bank(key: string, xp: number, seconds = 2, metadata: Cells = {}, student?: string): this {
    return this.activity(key, { base: xp, ...this.activities.get(key) }).result(
      key,
      [
        { at: seconds - 600, metadata: { xp: 0 } },
        { modified: seconds, metadata: { xp, xpReason: "Banked XP", completedAt: at(seconds), ...metadata } },
      ],
      student === undefined ? {} : { student },
    );
  }

  /** Quiet events of another student, an hour apart: one for each. Right answers are of ten. */
  quiet(...all: readonly Quiet[]): this {
    const before = this.events.length;
    all.forEach(([base, xp, attempt = 1, correct = 10], index) => {
      const of = `quiet-${before + index}`;
      const hour = (before + index) * 3600;
      this.activity(of, { base }).event({
        of,
        at: hour,
        xp,
        attempt,
        correct,
        student: "pupil",
        order: 5000 + before + index,
      });
    });
    return this;
  }
}

/** The instant of a story's second, as metadata holds it. */
export const instant = at;

/** The e-mail address of a student of the world. */
export const emailOf = (student: string): string => `${student}@school.example`;

function uuid(slug: string, order: number): string {
  const hash = createHash("sha1").update(slug).digest("hex");
  return `${hash.slice(0, 8)}-0000-4000-8000-${String(order).padStart(12, "0")}`;
}

/** Writes the events and, for each load, dumps of the source tables. */
export function writeWorld(stories: readonly Story[], folder: string): void {
  const lines = stories.flatMap(({ events }) => events.map((event) => JSON.stringify(event)));
  writeFileSync(join(folder, "events.ndjson"), `${lines.join("\n")}\n`);
  for (const load of LOADS) {
    const source = join(folder, `source-${load}`);
    mkdirSync(source);
    const write = (table: string, rows: readonly Cells[]) => {
      if (rows.length > 0)
        // without rows there are no columns to name, and an empty file is refused
        writeFileSync(join(source, `${table}.csv`), stringify(rows as Cells[], { header: true }));
    };
    if (load === 2) write("resources", stories.flatMap(rebasedOf));
    if (load === 1) {
      write("users", stories.flatMap(usersOf));
      write("course_components", stories.flatMap(componentsOf));
      write("component_resources", stories.flatMap(componentResourcesOf));
      write("resources", stories.flatMap(resourcesOf));
      write("assessment_line_items", stories.flatMap(lineItemsOf));
    }
    const readings = stories.flatMap((story) => story.readings.filter((reading) => reading.load === load));
    write(
      "assessment_results",
      readings.map(({ row }) => row),
    );
  }
}

const usersOf = ({ students }: Story): Cells[] =>
  [...students].map((id) => ({ sourced_id: id, status: "active", email: emailOf(id), metadata: "{}" }));

const rebasedOf = ({ slug, activities }: Story): Cells[] =>
  resourcesOf({
    slug,
    activities: new Map(
      [...activities].flatMap(([key, shape]) => (shape.rebased ? [[key, { ...shape, ...shape.rebased }]] : [])),
    ),
  });

const LONG_AGO = -400 * 86_400;

const resourcesOf = ({ slug, activities }: Pick<Story, "slug" | "activities">): Cells[] =>
  [...activities].map(([key, { base = 2, type = typeOf(key), khanActivityType, modified = LONG_AGO }]) => ({
    sourced_id: `${slug}.${key}`,
    title: key,
    date_last_modified: at(modified),
    metadata: JSON.stringify({
      ...(base === null ? {} : { xp: base }),
      ...(type === null ? {} : { type }),
      khanActivityType,
    }),
  }));

const typeOf = (key: string): string => /^(video|article)/.exec(key)?.[0] ?? "exercise";

const lineItemsOf = ({ slug, activities }: Story): Cells[] =>
  [...activities].map(([key, { course = "c1", child = false, componentCourse, throughResource = false }]) => ({
    sourced_id: `${slug}.${key}_ali`,
    title: key,
    parent_sourced_id: child ? `${slug}.parent` : "",
    component_sourced_id: componentCourse === undefined || throughResource ? "" : `${slug}.${key}.component`,
    component_resource_sourced_id: throughResource ? `${slug}.${key}.resource` : "",
    course_sourced_id: course ?? "",
  }));

const componentsOf = ({ slug, activities }: Story): Cells[] =>
  [...activities].flatMap(([key, { componentCourse }]) =>
    componentCourse === undefined
      ? []
      : [{ sourced_id: `${slug}.${key}.component`, title: key, course_sourced_id: componentCourse }],
  );

const componentResourcesOf = ({ slug, activities }: Story): Cells[] =>
  [...activities].flatMap(([key, { throughResource }]) =>
    throughResource
      ? [
          {
            sourced_id: `${slug}.${key}.resource`,
            component_sourced_id: `${slug}.${key}.component`,
            resource_sourced_id: `${slug}.${key}`,
          },
        ]
      : [],
  );
