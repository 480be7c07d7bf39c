import { afterAll, beforeAll, expect, test } from "vitest";
import { AuditDesk, type AuditFinding, eventUuid } from "../support/audit-desk.js";
import { at, DAY, eventKey, fill, MIXED, resultKey, STUDENTS, TORN } from "../support/audit-scenes.js";
import { describeOnEngines, type Query, type Row } from "../support/engines.js";

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

  test("an amount that a bundle explains is no disagreement", () => {
    expect(of("bundled").map(({ kind, eventId }) => [kind, eventId])).toEqual([["bundled-xp", eventUuid(45)]]);
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

  const OF_FACTS = ["double-counted", "orphan-fact", "missing-fact", "stale-fact"];

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
      const inflation = of(student, ...OF_FACTS).map((f) => f.inflation);
      expect([student, Math.round(100 * inflation.reduce((a, b) => a + b, 0))]).toEqual([
        student,
        cents(standing, student) - cents(called, student),
      ]);
    }
  });

  test("no fact is in two findings, every wrong one is in one, and ids are unique", async () => {
    const named = all
      .filter(({ kind }) => OF_FACTS.includes(kind))
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
