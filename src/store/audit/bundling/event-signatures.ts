import { type RawBuilder, sql } from "kysely";
import type { AuditRules } from "../../../domain/rules/audit-rules.js";
import type { AccuracyBand } from "../../../domain/rules/own-xp.js";
import { copyRow } from "../../copy/text-rows.js";
import { pagesOf } from "../../engine/cursor.js";
import type { Db, Session } from "../../engine/session.js";
import { areNamed, inPart, rowsAbout, type Students } from "../../facts/student-selection.js";
import { lateBanks } from "./banked-xp.js";

/** What an event's XP has to be read from, alike for many events. Amounts are decimal text. */
export interface EventReading {
  /** Names the reading among those of its app. */
  key: string;
  /** Empty where the event names none. */
  app: string;
  xp: string;
  base: string | null;
  band: AccuracyBand;
  attempt: number;
  multiplier: string | null;
  /** Whether an own result has less XP than the event. */
  hasLowerOwn: boolean;
  /** No banked XP near the event. */
  quiet: boolean;
  events: number;
}

/** As `EventReading`, with the amounts of the banked XP that the event may hold. */
export interface BankedReading extends EventReading {
  amounts: string[];
}

/** There is banked XP near an exercise `x`. (Not `in`: where there is so much that it cannot be hashed, an index serves this one.) */
const hasBanks = sql`exists (select from pg_temp.near_banks n where n.event_id = x.event_id)`;

/** There is no banked XP near an exercise `x`. */
export const isQuiet = sql`not ${hasBanks}`;

/** An exercise `x` reports XP; of twins the one that is judged. */
export const reportsXp = sql`x.leads and x.xp >= 0`;

interface ReadingRow {
  key: string;
  app: string;
  quiet: boolean;
  events: string;
}

const orNull = (text: string): string | null => (text === "" ? null : text);

function readingOf({ key, app, quiet, events }: ReadingRow): EventReading {
  const [xp = "0", base = "", band = "", attempt = "1", multiplier = "", lower] = key.split("|");
  return {
    key,
    app,
    xp,
    base: orNull(base),
    band: orNull(band) as AccuracyBand,
    attempt: Number(attempt),
    multiplier: orNull(multiplier),
    hasLowerOwn: lower === "t",
    quiet,
    events: Number(events),
  };
}

/** The different readings of these students' exercises, and how many events have each. */
const countedReadings = (students: Students): RawBuilder<unknown> => sql`
  select x.reading as key, x.app, ${isQuiet} as quiet, count(*) as events
  from pg_temp.exercises x where ${reportsXp} ${inPart(students, sql`x.student_id`)} group by 1, 2, 3`;

/** Makes `pg_temp.counted_readings`, what `listReadings` lists of a part of the students: it is asked for twice. Needs `gatherBankWrites`. */
export async function gatherReadings(db: Db, students: Students): Promise<void> {
  if (!areNamed(students)) await sql`create temp table counted_readings as ${countedReadings(students)}`.execute(db);
}

/** The different readings of these students and how many events have each, by app. Needs `gatherReadings`. */
export async function* listReadings(db: Db, students: Students): AsyncGenerator<EventReading[]> {
  const rows = sql<ReadingRow>`
    select key, app, quiet, events from ${areNamed(students) ? sql`(${countedReadings(students)})` : sql`pg_temp.counted_readings`} read
    order by app collate "C", key collate "C", quiet`;
  for await (const page of rowsAbout(db, students, rows)) yield page.map(readingOf);
}

/** Which events are looked at with the XP that was banked near them, or (`all`: quiet ones too) near them and later. */
export interface BankedAsked {
  kind: "banked" | "all";
  apps: readonly string[];
  students: Students;
}

/**
 * Makes `pg_temp.banked_readings` (`student_id`, `kind`, `app`, `reading`, `quiet`, `amounts`): the events asked for with
 * the banked XP that each may hold; in place of those of the same kind.
 */
export async function gatherBankedReadings(db: Db, asked: BankedAsked, rules: AuditRules): Promise<void> {
  await sql`create temp table if not exists banked_readings (student_id text collate "C", kind text, app text collate "C",
    reading text, quiet boolean, amounts text)`.execute(db);
  await sql`delete from pg_temp.banked_readings where kind = ${asked.kind}`.execute(db);
  if (asked.apps.length === 0) return;
  const later = asked.kind === "all" ? sql`union all select b.xp ${lateBanks(rules)}` : sql``;
  const which = asked.kind === "all" ? sql`` : sql`and ${hasBanks}`;
  await sql`
    insert into pg_temp.banked_readings
    select x.student_id, ${asked.kind}, x.app, x.reading, ${isQuiet}, (
      select coalesce(string_agg(xp::text, ' ' order by xp), '') from (
        select n.xp from pg_temp.near_banks n where n.event_id = x.event_id ${later}) bank)
    from pg_temp.exercises x where ${reportsXp} and x.app = any(${[...asked.apps]}::text[]) ${inPart(asked.students, sql`x.student_id`)} ${which}`.execute(
    db,
  );
}

/** The different readings of one kind in `pg_temp.banked_readings`, by app. */
export async function* listBankedReadings(db: Db, kind: BankedAsked["kind"]): AsyncGenerator<BankedReading[]> {
  const rows = sql<ReadingRow & { amounts: string }>`
    select * from (
      select reading as key, app, quiet, amounts, count(*) as events from pg_temp.banked_readings where kind = ${kind}
      group by 1, 2, 3, 4) read
    order by app collate "C", key collate "C", quiet, amounts collate "C"`;
  for await (const page of pagesOf(db, rows))
    yield page.map((row) => ({ ...readingOf(row), amounts: row.amounts === "" ? [] : row.amounts.split(" ") }));
}

/** Adds readings whose events must be looked at one by one to `pg_temp.suspect_readings`, which is made for the first. */
export async function addSuspects(session: Session, found: readonly EventReading[]): Promise<void> {
  await sql`create temp table if not exists suspect_readings (app text collate "C", key text collate "C")`.execute(
    session.db,
  );
  const rows = found.map(({ app, key }) => copyRow([app, key]));
  await session.copyIn("pg_temp.suspect_readings", ["app", "key"], rows);
}
