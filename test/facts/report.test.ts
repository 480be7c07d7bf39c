import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import { activity, timeSpent } from "../support/caliper-samples.js";
import { describeOnEngines, type FreshDatabase, freshDatabase } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { startTimeback, timeback } from "../support/timeback.js";

interface Sample {
  student: string;
  email?: string;
  at: string;
  xp?: number;
  subject?: string;
  app?: string;
  activity?: string;
  timeSpent?: boolean;
}

const idOf = (n: number) => `5f0c9b7a-0000-4000-8000-${String(n).padStart(12, "0")}`;
const key = (n: number) => `caliper:event:${idOf(n)}`;

function event({ student, email, at, xp, subject, app, activity: name, timeSpent: isTime }: Sample, n: number): object {
  const changes = {
    id: `urn:uuid:${idOf(n)}`,
    actor: { id: `https://host/users/${student}`, type: "TimebackUser", ...(email ? { email } : {}) },
    eventTime: at,
    object: {
      id: `https://app.example/activities/ex-${n}`,
      type: "TimebackActivityContext",
      ...(subject ? { subject } : {}),
      ...(app ? { app: { id: "https://apps/1", name: app } } : {}),
      activity: { id: `https://host/resources/res_${n}`, name: name ?? `Exercise ${n}` },
    },
  };
  if (isTime) return timeSpent(changes);
  const items = [
    ...(xp === undefined ? [] : [{ type: "xpEarned", value: xp }]),
    { type: "totalQuestions", value: 4 },
    { type: "correctQuestions", value: 3 },
  ];
  return activity({ ...changes, generated: { attempt: 1, items } });
}

const ADA = "Ada@School.example";
/** Two students share Ada's email, one has none. In C order `Z` stands before `a`, `10` before `9`. */
const SAMPLES: Sample[] = [
  { student: "nobody", at: "2025-03-01T09:00:00.000Z", timeSpent: true },
  { student: "zoe", email: "zoe@school.example", at: "2025-03-02T23:59:59.999Z", xp: 5, subject: "Math", app: "Lab" },
  { student: "ada-1", email: ADA, at: "2025-03-01T12:00:00.123Z", xp: 0.2, subject: "9", app: "Lab" },
  { student: "ada-1", email: ADA, at: "2025-03-01T11:00:00.000Z", xp: 0.1 },
  { student: "ada-1", email: ADA, at: "2025-03-01T10:00:00.000Z", xp: 2.39, subject: "10", app: "Lab" },
  { student: "ada-1", email: ADA, at: "2025-03-01T10:00:00.000Z", subject: "Physics", timeSpent: true },
  { student: "ada-1", email: ADA, at: "2025-03-02T00:00:00.000Z", subject: "Physics" },
  {
    student: "Zed",
    email: ADA,
    at: "2025-03-01T13:00:00.000Z",
    xp: 1,
    subject: "Math",
    activity: "\u001b[31mred\u202e",
  },
];

const day = (changes: object) => ({
  activeSeconds: 0,
  inactiveSeconds: 0,
  wasteSeconds: 0,
  totalQuestions: 4,
  correctQuestions: 3,
  masteredUnits: 0,
  ...changes,
});
const noQuestions = { totalQuestions: 0, correctQuestions: 0 };
const seconds = { activeSeconds: 0.5, inactiveSeconds: 1.5, wasteSeconds: 2.5 };
const DAYS = [
  day({
    studentId: "Zed",
    email: "ada@school.example",
    date: "2025-03-01",
    xp: 1,
    bySubject: { Math: 1 },
    byApp: { "(none)": 1 },
  }),
  day({
    studentId: "ada-1",
    email: "ada@school.example",
    date: "2025-03-01",
    xp: 2.69,
    ...seconds,
    totalQuestions: 12,
    correctQuestions: 9,
    bySubject: { "(none)": 0.1, "10": 2.39, "9": 0.2 },
    byApp: { "(none)": 0.1, Lab: 2.59 },
  }),
  day({ studentId: "ada-1", email: "ada@school.example", date: "2025-03-02", xp: 0, bySubject: {}, byApp: {} }),
  day({
    studentId: "zoe",
    email: "zoe@school.example",
    date: "2025-03-02",
    xp: 5,
    bySubject: { Math: 5 },
    byApp: { Lab: 5 },
  }),
  day({
    studentId: "nobody",
    email: null,
    date: "2025-03-01",
    xp: 0,
    ...seconds,
    ...noQuestions,
    bySubject: {},
    byApp: {},
  }),
];

type Row = Record<string, unknown>;
const linesOf = (text: string): Row[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const fieldsOf = (csv: string): Row[] => parse(csv, { columns: true });
const ELSEWHERE = { TZ: "Pacific/Auckland", LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR.UTF-8", PGTZ: "Asia/Tokyo" };
const CONTROL = /(?!\n)[\p{Cc}\u202e]/u;

describeOnEngines("reading facts", (engine) => {
  let database: FreshDatabase;
  const run = (args: string[], env = {}) => timeback(args, { env: { ...database.env, ...env } });
  const answer = async (...args: string[]) => {
    const done = await run(args);
    expect(done, args.join(" ")).toMatchObject({ code: 0, stderr: "" });
    return done.stdout;
  };

  beforeAll(async () => {
    database = await freshDatabase(engine, "reading facts");
    const file = join(await scratchFolder(), "events.ndjson");
    await writeFile(file, SAMPLES.map((sample, n) => `${JSON.stringify(event(sample, n))}\n`).join(""));
    expect(await run(["report"])).toMatchObject({ code: 0, stdout: "email  student  date  XP  active  questions\n" });
    expect(await run(["ingest", file])).toMatchObject({ code: 0 });
  });
  afterAll(() => database?.close());

  test("the report has one row per student and day, by email, id and day, with exact sums; json and csv agree", async () => {
    const ndjson = await answer("report", "--format", "ndjson");
    expect(linesOf(ndjson)).toEqual(DAYS);
    expect(ndjson).toContain('"xp":2.69,');
    expect(ndjson).toContain('"bySubject":{"(none)":0.1,"10":2.39,"9":0.2}');
    const scope = { email: null, from: null, to: null };
    expect(JSON.parse(await answer("report", "--format", "json"))).toEqual({ command: "report", scope, rows: DAYS });
    const csv = await answer("report", "--format", "csv");
    expect(csv).not.toContain("\r");
    const flat = DAYS.map((row) => Object.entries(row).map(([name, value]) => [name, csvCell(value)]));
    expect(fieldsOf(csv)).toEqual(flat.map((cells) => Object.fromEntries(cells)));
  });

  test("the report of an email shows each student behind it, with a total, on the days asked for", async () => {
    const table = await answer("report", "  ADA@school.EXAMPLE ", "--from", "2025-03-01", "--to", "2025-03-01");
    expect(table).toBe(
      [
        "email               student  date          XP  active  questions",
        "ada@school.example  Zed      2025-03-01  1.00    0:00        3/4",
        "ada@school.example  ada-1    2025-03-01  2.69    0:00       9/12",
        "total of Zed: 1 day, 1.00 XP, active 0:00, questions 3/4",
        "total of ada-1: 1 day, 2.69 XP, active 0:00, questions 9/12",
        "",
      ].join("\n"),
    );
    expect(linesOf(await answer("report", "zoe@school.example", "--from", "2025-03-02", "--format", "ndjson"))).toEqual(
      [DAYS[3]],
    );
  });

  test("the facts have every column but the instants of writing, by student, instant and key", async () => {
    const facts = linesOf(await answer("facts", "--format", "ndjson"));
    expect(facts.map((fact) => fact.factKey)).toEqual([7, 4, 5, 3, 2, 6, 0, 1].map(key));
    expect(facts[4]).toEqual({
      studentId: "ada-1",
      factKey: key(2),
      eventType: "ActivityEvent",
      email: "ada@school.example",
      occurredAt: "2025-03-01T12:00:00.123Z",
      date: "2025-03-01",
      timeZone: "UTC",
      subject: "9",
      app: "Lab",
      courseId: null,
      activityId: "res_2",
      courseName: null,
      activityName: "Exercise 2",
      attempt: 1,
      runId: "run-1",
      xpEarned: 0.2,
      totalQuestions: 4,
      correctQuestions: 3,
      masteredUnits: null,
      activeSeconds: null,
      inactiveSeconds: null,
      wasteSeconds: null,
      unknownSeconds: null,
      antiPatternSeconds: null,
      xpSource: "event",
      linkRule: null,
      correctionId: null,
      sources: [key(2)],
    });
    const scope = { email: "zoe@school.example", from: null, to: "2025-03-02" };
    const asked = ["facts", "zoe@school.example", "--to", "2025-03-02", "--format", "json"];
    expect(JSON.parse(await answer(...asked))).toEqual({ command: "facts", scope, facts: [facts[7]] });
    expect(fieldsOf(await answer("facts", "--format", "csv")).map((fact) => fact.factKey)).toEqual(
      facts.map((fact) => fact.factKey),
    );
  });

  test("a table of facts holds nothing that a terminal would obey", async () => {
    const table = await answer("facts");
    expect(table).not.toMatch(CONTROL);
    expect(table).toContain(`\\u001b[31mred\\u202e  1.00  event    ${key(7)}\n`);
  });

  test("equal facts give equal bytes in any time zone and locale of the process", async () => {
    for (const args of [["report", "--format", "csv"], ["facts", "--format", "json"], ["facts"]]) {
      const elsewhere = await run(args, ELSEWHERE);
      expect(elsewhere, args.join(" ")).toEqual(await run(args));
    }
  });

  test("a closed pipe ends the command without a word", async () => {
    const { child, ended } = await startTimeback(["facts", "--format", "ndjson"], { env: database.env });
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: "" });
  });

  test("-q prints the answer all the same, and --output writes it to a file", async () => {
    const file = join(await scratchFolder(), "days.csv");
    expect(await run(["report", "-q", "--format", "csv", "--output", file])).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "",
    });
    expect(await answer("report", "-q", "--format", "csv")).toBe(await readFile(file, "utf8"));
  });

  test("no facts in scope is no failure: an empty answer, and a word on stderr that -q takes away", async () => {
    const args = ["report", "zoe@school.example", "--from", "2030-01-01"];
    const head = "email  date  XP  active  questions\n";
    expect(await run(args)).toMatchObject({ code: 0, stdout: head, stderr: "no facts in this scope\n" });
    expect(await run([...args, "-q", "--format", "ndjson"])).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });

  test("an unknown email, and days in the wrong order, are calls gone wrong", async () => {
    const unknown = await run(["facts", "adda@school.example"]);
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toContain("nearest: ada@school.example, zoe@school.example");
    const turned = await run(["report", "--from", "2025-03-02", "--to", "2025-03-01"]);
    expect(turned).toMatchObject({ code: 2, stdout: "" });
    expect(turned.stderr).toContain("--from 2025-03-02 is after --to 2025-03-01");
  });
});

function csvCell(value: unknown): string {
  if (value === null) return "";
  return typeof value === "object" ? expect.toSatisfy((cell: string) => sameJson(cell, value)) : String(value);
}

const sameJson = (cell: string, value: unknown) => JSON.stringify(JSON.parse(cell)) === JSON.stringify(value);
