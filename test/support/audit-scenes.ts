import { type AuditDesk, eventLine, eventUuid } from "./audit-desk.js";
import type { Row } from "./engines.js";
import { spoil } from "./spoilt-facts.js";

/** The day on which everything happens. */
export const DAY = "2025-03-01";
/** An instant of it, in UTC. */
export const at = (time: string): string => `${DAY}T${time}.000Z`;
/** The key of a numbered event's fact. */
export const eventKey = (id: number): string => `caliper:event:${eventUuid(id)}`;
/** The key of a result's own fact. */
export const resultKey = (id: string): string => `oneroster:assessment_result:${id}`;

/** The email of one user, in events that name another. */
export const TORN = "torn@school.example";
/** A student for each thing that can be wrong. */
export const STUDENTS = [
  "clean naive foreign missing altered twice gone-result late-result void tester owner copied rightful wrong zero chain",
  "twins unlike differ tries rivals keys conflicting split unreadable bundled",
]
  .join(" ")
  .split(" ");
/** Students of whom everything is wrong at once. */
export const MIXED = Array.from({ length: 24 }, (_, n) => `mixed-${n}`);

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
  { id: 45, student: "bundled", at: at("08:00:00"), xp: 9, activity: "bundle", app: "Bundle Lab" },
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
  result("r-own", "bundled", "bundle", "08:00:05", { xp: 3 }),
  ...["video", "article"].map((seen, n) =>
    result(`r-${seen}`, "bundled", seen, "08:00:05", {
      xp: [5, 1][n],
      xpReason: "Banked XP",
      completedAt: at("08:00:05"),
    }),
  ),
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

/** Lands all of it, keeps what is called for in `public.called_for`, and then spoils the facts. */
export async function fill(desk: AuditDesk): Promise<void> {
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
