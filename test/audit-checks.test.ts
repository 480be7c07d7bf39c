import { afterAll, beforeAll, expect, test } from "vitest";
import { AuditDesk, type AuditFinding, eventLine, eventUuid } from "./support/audit-desk.js";
import { describeOnEngines, type Query, type Row } from "./support/engines.js";
import { spoil } from "./support/spoilt-facts.js";

const DAY = "2025-03-01";
const at = (time: string): string => `${DAY}T${time}.000Z`;
const eventKey = (id: number): string => `caliper:event:${eventUuid(id)}`;
const resultKey = (id: string): string => `oneroster:assessment_result:${id}`;

const TORN = "torn@school.example";
const STUDENTS = [
  "clean naive foreign missing altered twice gone-result late-result void tester owner copied rightful wrong zero chain",
  "twins unlike differ tries rivals keys conflicting split unreadable",
]
  .join(" ")
  .split(" ");
const MIXED = Array.from({ length: 24 }, (_, n) => `mixed-${n}`);

const user = (id: string, changes: Row = {}): Row => ({
  sourced_id: id,
  email: `${id}@school.example`,
  status: "active",
  metadata: {},
  ...changes,
});
const result = (id: string, student: string, activity: string, time: string, metadata: Row): Row => ({
  sourced_id: id,
  status: "active",
  student_sourced_id: student,
  assessment_line_item_sourced_id: `${activity}_ali`,
  score_date: `${DAY}T${time}`,
  metadata,
});

const EVENTS = [
  { id: 1, student: "clean", at: at("08:00:00"), xp: 5, activity: "clean" },
  { id: 2, student: "naive", at: at("08:00:00"), xp: 9, activity: "naive" },
  { id: 3, student: "missing", at: at("08:00:00"), xp: 3 },
  { id: 4, student: "altered", at: at("08:00:00"), xp: 5 },
  { id: 5, student: "twice", at: at("08:00:00"), xp: 5 },
  { id: 6, student: "tester", at: at("08:00:00"), xp: 5, activity: "t" },
  { id: 7, student: "tester", at: at("08:00:01"), xp: 5, activity: "t" },
  { id: 8, student: "owner", at: at("08:00:00"), xp: 5 },
  { id: 9, student: "rightful", at: at("08:00:00"), xp: 4 },
  { id: 10, student: "zero", at: at("08:00:00"), xp: 4, activity: "zero" },
  { id: 11, student: "chain", at: at("08:00:00"), xp: 1 },
  { id: 12, student: "chain", at: at("09:00:00"), xp: 2 },
  { id: 13, student: "chain", at: at("10:00:00"), xp: 4 },
  { id: 20, student: "twins", at: at("08:01:00"), xp: 3, activity: "tw" },
  { id: 21, student: "twins", at: at("08:00:00"), xp: 3, activity: "tw" },
  { id: 22, student: "twins", at: at("08:02:00"), xp: 3, activity: "tw" },
  { id: 23, student: "twins", at: "2025-03-01T08:03:00.001Z", xp: 3, activity: "tw" },
  { id: 24, student: "unlike", at: at("08:00:00"), xp: 3, activity: "un" },
  { id: 25, student: "unlike", at: at("08:00:05"), xp: 3, activity: "un", questions: [10, 9] as [number, number] },
  { id: 26, student: "unlike", at: at("08:00:10"), xp: 4, activity: "un" },
  { id: 27, student: "unlike", at: at("08:00:00"), xp: 0, activity: "un-zero" },
  { id: 28, student: "unlike", at: at("08:00:05"), xp: 0, activity: "un-zero" },
  { id: 30, student: "differ", at: at("08:00:00"), xp: 5, activity: "df" },
  { id: 31, student: "tries", at: at("08:00:00"), xp: 5, activity: "tr", attempt: 1 },
  { id: 32, student: "rivals", at: at("08:00:00"), activity: "rv" },
  { id: 33, student: "rivals", at: at("20:00:00"), activity: "rv-attempts" },
  { id: 40, student: "split", at: at("08:00:00"), xp: 5, email: TORN },
  { id: 41, student: "split", at: at("09:00:00"), xp: 2, email: TORN },
  { id: 42, student: "split", at: at("10:00:00"), xp: 1 },
  { id: 50, student: "conflicting", at: at("08:00:00"), xp: 9 },
];

const RESULTS = [
  result("r-clean", "clean", "clean", "08:00:10", { xp: 5 }),
  result("r-naive", "naive", "naive", "08:00:10", { xp: 9 }),
  result("r-gone", "gone-result", "gone", "08:00:00", { xp: 6 }),
  result("r-late", "late-result", "late", "08:00:00", { xp: 2 }),
  result("r-void", "void", "void", "08:00:00", { xp: 0 }),
  result("r-zero", "zero", "zero", "08:00:10", { xp: 0 }),
  result("r-differ", "differ", "df", "08:00:10", { xp: 3 }),
  result("r-tries", "tries", "tr", "08:00:10", { xp: 5, attempt: 2 }),
  result("r-rival-1", "rivals", "rv", "08:00:10", { xp: 3 }),
  result("r-rival-2", "rivals", "rv", "08:00:20", { xp: 4 }),
  result("r-first", "rivals", "rv-attempts", "20:00:10", { xp: 3, attempt: 1 }),
  result("r-second", "rivals", "rv-attempts", "20:00:20", { xp: 4, attempt: 2 }),
  result("r-keys", "keys", "keys", "08:00:00", { xp: 5, "timeback.xp": "6" }),
  result("r-same-keys", "keys", "same-keys", "09:00:00", { xp: 5, "timeback.xp": "5.0" }),
  result("r-many", "unreadable", "many", "08:00:00", { xpEarned: "many" }),
  result("r-other", "unreadable", "other", "09:00:00", { xp: "many", xpEarned: 4 }),
  result("r-null", "unreadable", "null", "10:00:00", { xp: null }),
  result("r-blank", "unreadable", "blank", "11:00:00", { xp: " " }),
  result("r-none", "unreadable", "none", "12:00:00", { note: '"xp"' }),
  result("r-retired", "unreadable", "retired", "13:00:00", { xp: [1] }),
];

const insertFact = (student: string, key: string, xp: number | null, sources: readonly string[]): string =>
  `insert into timeback.processed_facts (student_id, fact_key, event_type, occurred_at, date, time_zone, xp_earned, sources)
   values ('${student}', '${key}', 'ActivityEvent', '${DAY} 08:00:00Z', '${DAY}', 'UTC', ${xp}, array[${sources.map((s) => `'${s}'`)}]::text[])`;

/** What other systems, and time, do to the table. */
const DAMAGE = [
  "delete from timeback.processed_facts where student_id in ('naive', 'missing', 'rightful', 'zero', 'chain')",
  insertFact("naive", "n1", 9, [eventKey(2)]),
  insertFact("naive", "n2", 9, [resultKey("r-naive")]),
  insertFact("foreign", "legacy-1", 4, ["legacy:1"]),
  "update timeback.processed_facts set xp_earned = 7, app = 'Old Lab' where student_id = 'altered'",
  insertFact("twice", "copy", 5, [eventKey(5)]),
  insertFact("gone-result", "kept", 6, [resultKey("r-gone")]),
  insertFact("late-result", "r", 7, [resultKey("r-late")]),
  "delete from timeback.processed_facts where student_id = 'late-result' and fact_key <> 'r'",
  insertFact("void", "v", 3, [resultKey("r-void")]),
  insertFact("tester", "t", 5, [eventKey(6)]),
  insertFact("copied", eventKey(8), 5, [eventKey(8)]),
  insertFact("wrong", eventKey(9), 4, [eventKey(9)]),
  insertFact("zero", "z1", 4, [eventKey(10)]),
  insertFact("zero", "z2", 0, [resultKey("r-zero")]),
  insertFact("chain", "c1", 3, [eventKey(12), eventKey(11)]),
  insertFact("chain", "c2", 6, [eventKey(13), eventKey(12)]),
  insertFact("chain", "c3", null, [eventKey(11)]),
];

async function fill(desk: AuditDesk): Promise<void> {
  const testUser = { metadata: { isTestUser: true } };
  const users = [...STUDENTS, ...MIXED].map((id) => user(id, id === "tester" ? testUser : {}));
  const events = EVENTS.map(eventLine);
  const retold = eventLine({ id: 50, student: "conflicting", at: at("08:00:00"), xp: 3 });
  const mixed = spoil(MIXED);
  await desk.ingest("a.ndjson", [...events, ...mixed.events.map(eventLine)]);
  await desk.ingest("b.ndjson", [events[0] ?? "", retold]);
  await desk.etl({
    users: [...users, user("torn", { email: TORN })],
    assessment_results: [
      ...RESULTS,
      ...mixed.results.map((r) => result(r.id, r.student, r.activity, r.time, r.metadata)),
    ],
  });
  const deleted = (id: string) =>
    RESULTS.filter((row) => row.sourced_id === id).map((row) => ({ ...row, status: "tobedeleted" }));
  await desk.etl({ assessment_results: [...deleted("r-gone"), ...deleted("r-retired")] });
  await desk.database.session(async (query) => {
    await query("create table public.called_for as select * from timeback.processed_facts");
    for (const statement of [...DAMAGE, ...mixed.damage]) await query(statement);
  });
}

describeOnEngines("audit of everything but bundles", (engine) => {
  let desk: AuditDesk;
  let all: AuditFinding[];
  const of = (student: string, ...kinds: string[]): AuditFinding[] =>
    all.filter(({ studentId, kind }) => studentId === student && (kinds.length === 0 || kinds.includes(kind)));
  const brief = (student: string) =>
    of(student).map(({ kind, verdict, counted, truth, inflation }) => ({ kind, verdict, counted, truth, inflation }));
  const confirmed = (kind: string, counted: number, truth: number) => [
    { kind, verdict: "confirmed", counted, truth, inflation: counted - truth },
  ];
  const suspected = (kind: string, counted: number) => [
    { kind, verdict: "suspected", counted, truth: counted, inflation: 0 },
  ];

  beforeAll(async () => {
    desk = await AuditDesk.open(engine);
    await fill(desk);
    all = await desk.audit();
  });
  afterAll(() => desk?.close());

  test("a fact that stands as it should is no finding, and neither is a test user's record", () => {
    expect(of("clean")).toEqual([]);
    expect(of("owner")).toEqual([]);
    expect(of("tester").map(({ kind }) => kind)).toEqual(["stale-fact"]); // the row that somebody wrote, nothing else
  });

  test("an event and its result in two facts are counted double", () => {
    expect(brief("naive")).toEqual(confirmed("double-counted", 18, 9));
    expect(of("naive")[0]).toMatchObject({
      email: "naive@school.example",
      date: DAY,
      app: "Math Lab",
      sources: [eventKey(2), resultKey("r-naive")],
      factKeys: ["n1", "n2"],
      pending: false,
      evidence: { expected: [{ factKey: eventKey(2), xp: 9, at: at("08:00:00") }] },
    });
    expect(of("naive")[0]?.summary).toContain("9 + 9 = 18 XP counted, 9 earned, 9 too much");
  });

  test("one record in two facts of a student is counted double", () => {
    expect(brief("twice")).toEqual(confirmed("double-counted", 10, 5));
  });

  test("facts that name records in odd combinations are one group", () => {
    expect(brief("chain")).toEqual([...confirmed("double-counted", 9, 7)]);
    expect(of("chain")[0]).toMatchObject({ factKeys: ["c1", "c2", "c3"] });
  });

  test("a record that counts for its student and for another is counted double by the other", () => {
    expect(brief("copied")).toEqual(confirmed("double-counted", 5, 0));
    expect(of("copied")[0]?.evidence).toMatchObject({
      elsewhere: [{ studentId: "owner", factKey: eventKey(8), xp: 5 }],
    });
  });

  test("a fact under the wrong student is out of date there, and missing where it belongs", () => {
    expect(brief("wrong")).toEqual(confirmed("stale-fact", 4, 0));
    expect(of("wrong")[0]?.summary).toContain("of another student");
    expect(brief("rightful")).toEqual(confirmed("missing-fact", 0, 4));
  });

  test("a fact whose records nobody landed, or that are deleted, has no ground", () => {
    expect(brief("foreign")).toEqual(confirmed("orphan-fact", 4, 0));
    expect(of("foreign")[0]?.evidence).toMatchObject({ records: [{ source: "legacy:1", state: "never landed" }] });
    expect(brief("gone-result")).toEqual(confirmed("orphan-fact", 6, 0));
    expect(of("gone-result")[0]?.summary).toContain("deleted");
  });

  test("a record without a fact is missing, with the XP that it lacks", () => {
    expect(brief("missing")).toEqual(confirmed("missing-fact", 0, 3));
    expect(of("missing")[0]).toMatchObject({ app: "Math Lab", date: DAY });
  });

  test("an altered fact names what differs, with both values", () => {
    expect(brief("altered")).toEqual(confirmed("stale-fact", 7, 5));
    expect(of("altered")[0]?.evidence).toMatchObject({
      differences: [
        { column: "app", stands: "Old Lab", expected: "Math Lab" },
        { column: "xp_earned", stands: 7, expected: 5 },
      ],
    });
  });

  test("facts that are not as they should be, but count one XP once, are out of date", () => {
    expect(brief("zero")).toEqual(confirmed("stale-fact", 4, 4));
    expect(brief("late-result")).toEqual(confirmed("stale-fact", 7, 2));
    expect(brief("void")).toEqual(confirmed("stale-fact", 3, 0));
    expect(of("void")[0]?.summary).toContain("without XP");
  });

  test("twins are chained at 60 seconds, named once, and still count", () => {
    expect(brief("twins")).toEqual(suspected("duplicate-event", 9));
    expect(of("twins")[0]?.evidence.events).toEqual([
      { eventId: eventUuid(21), at: at("08:00:00") },
      { eventId: eventUuid(20), at: at("08:01:00") },
      { eventId: eventUuid(22), at: at("08:02:00") },
    ]);
    expect(brief("unlike")).toEqual([]);
  });

  test("linked records that disagree about XP or the attempt are named, and the event's XP counts", () => {
    expect(brief("differ")).toEqual(suspected("disagreement", 5));
    expect(of("differ")[0]?.summary).toBe("the event reports 5 XP, its results 3; 5 XP counts");
    expect(brief("tries")).toEqual(suspected("disagreement", 5));
    expect(of("tries")[0]?.summary).toBe("the event says attempt 1, its results attempt 2; 5 XP counts");
  });

  test("two results of one attempt that disagree are named where the event has no XP; those of two attempts add up", () => {
    expect(brief("rivals")).toEqual(suspected("disagreement", 3));
    expect(of("rivals")[0]?.summary).toBe("the event reports no XP, its results 3 and 4; 3 XP counts");
  });

  test("keys of one result that hold different numbers disagree; different spellings of one number do not", () => {
    expect(brief("keys")).toEqual(suspected("disagreement", 5));
    expect(of("keys")[0]).toMatchObject({ summary: expect.stringContaining("xp: 5, timeback.xp: 6") });
  });

  test("an id with two contents names both amounts and the line of the other", () => {
    expect(brief("conflicting")).toEqual(suspected("conflict", 9));
    expect(of("conflicting")[0]?.summary).toContain("3 XP in b.ndjson:2; the first counts: 9 XP");
    expect(of("conflicting")[0]?.evidence).toMatchObject({
      kept: { xp: 9 },
      others: [
        {
          file: "b.ndjson",
          line: 2,
          xp: 3,
          differences: [{ path: "generated.items.xpEarned", kept: "9", other: "3" }],
        },
      ],
    });
  });

  test("an id of one user with the email of another is named once for all its events", () => {
    expect(brief("split")).toEqual(suspected("identity-conflict", 7));
    expect(of("split")[0]?.evidence).toMatchObject({
      actorId: "split",
      actorEmail: TORN,
      usersWithEmail: ["torn"],
      events: 2,
      eventIds: [eventUuid(40), eventUuid(41)],
    });
  });

  test("XP that is no number is named; no XP, blank XP, and XP beside a number are not", () => {
    expect(of("unreadable").map(({ kind, evidence }) => [kind, evidence.sourcedId])).toEqual([
      ["unreadable-xp", "r-many"],
    ]);
  });

  test("over every student, inflation is exactly what stands less what is called for", async () => {
    const xp = (query: Query, table: string) =>
      query(`select student_id, sum(xp_earned)::text as xp from ${table} group by 1`);
    const [standing, called] = await desk.database.session(async (query) => [
      await xp(query, "timeback.processed_facts"),
      await xp(query, "public.called_for"),
    ]);
    const cents = (rows: readonly Row[] | undefined, student: string): number =>
      Math.round(100 * Number(rows?.find((row) => row.student_id === student)?.xp ?? 0));
    for (const student of [...STUDENTS, ...MIXED]) {
      const inflation = of(student, "double-counted", "orphan-fact", "missing-fact", "stale-fact").map(
        (f) => f.inflation,
      );
      expect([student, Math.round(100 * inflation.reduce((a, b) => a + b, 0))]).toEqual([
        student,
        cents(standing, student) - cents(called, student),
      ]);
    }
  });

  test("no fact is in two findings, every wrong one is in one, and ids are unique", async () => {
    const named = all
      .filter(({ verdict }) => verdict === "confirmed")
      .flatMap(({ studentId, evidence }) =>
        ["standing", "expected"].flatMap((side) =>
          (evidence[side] as { factKey: string }[]).map(({ factKey }) => `${studentId} ${side} ${factKey}`),
        ),
      );
    expect(new Set(named).size).toBe(named.length);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const columns = "student_id, fact_key, xp_earned, app, sources, date";
    const odd = await desk.database.query(
      `select student_id, fact_key, 'standing' as side from (select ${columns} from timeback.processed_facts except select ${columns} from public.called_for) s
       union all select student_id, fact_key, 'expected' from (select ${columns} from public.called_for except select ${columns} from timeback.processed_facts) c`,
    );
    const found = new Set(named);
    expect(
      odd.map((row) => `${row.student_id} ${row.side} ${row.fact_key}`).filter((name) => !found.has(name)),
    ).toEqual([]);
    expect(odd.length).toBeGreaterThan(MIXED.length);
  });

  test("the findings about a student are those about everybody that name the student, in any run", async () => {
    expect(await desk.audit()).toEqual(all);
    for (const student of ["copied", "wrong", "mixed-0", "mixed-7"]) {
      const found = await desk.audit(`${student}@school.example`);
      const shown = new Set([student, ...found.map(({ studentId }) => studentId)]); // a stray fact may carry the email
      expect(found).toEqual(all.filter(({ studentId }) => shown.has(studentId)));
    }
  });
});
