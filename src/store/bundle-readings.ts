import { sql } from "kysely";
import type { AuditRules } from "../domain/audit-rules.js";
import type { AccuracyBand } from "../domain/own-xp.js";
import { lateBanks } from "./bank-writes.js";
import { copyRow } from "./copy-text.js";
import { pagesOf } from "./pages.js";
import type { Session } from "./session.js";

type Db = Session["db"];

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

const FIELD = sql.lit("|");

/** Every exercise that reports XP, under the text of its reading; twins once. */
const readings = sql`
  create temp table bundle_readings as
  select x.leader as event_id, x.app, x.student_id, not exists (select from pg_temp.near_banks b where b.event_id = x.leader) as quiet,
    concat(x.xp, ${FIELD}, x.base, ${FIELD}, x.band, ${FIELD}, x.counted_attempt, ${FIELD}, trim_scale(x.multiplier), ${FIELD}, x.has_lower_own) as key
  from pg_temp.exercises x where x.event_id = x.leader and x.xp >= 0`;

/** Makes `pg_temp.bundle_readings` from `pg_temp.exercises` and `pg_temp.near_banks`. */
export async function gatherReadings(db: Db): Promise<void> {
  await readings.execute(db);
  await sql`create index on pg_temp.bundle_readings (app, key)`.execute(db);
  await sql`analyze pg_temp.bundle_readings`.execute(db);
}

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

/** The different readings and how many events have each, by app. */
export async function* listReadings(db: Db): AsyncGenerator<EventReading[]> {
  const rows = sql<ReadingRow>`
    select key, app, quiet, count(*) as events from pg_temp.bundle_readings group by 1, 2, 3 order by app collate "C", key collate "C", quiet`;
  for await (const page of pagesOf(db, rows)) yield page.map(readingOf);
}

/**
 * Readings of the events of these apps with the banked XP that each may hold: near it, and with `late` (then of quiet
 * events too) what was banked later.
 */
export async function* listBankedReadings(
  db: Db,
  apps: readonly string[],
  late: boolean,
  rules: AuditRules,
): AsyncGenerator<BankedReading[]> {
  const later = late ? sql`union all select b.xp ${lateBanks(rules)}` : sql``;
  const which = late ? sql`` : sql`and not r.quiet`;
  const rows = sql<ReadingRow & { amounts: string[] | null }>`
    select key, app, quiet, amounts, count(*) as events from (
      select r.key, r.app, r.quiet, (
        select array_agg(xp::text order by xp) from (
          select n.xp from pg_temp.near_banks n where n.event_id = r.event_id ${later}) bank) as amounts
      from pg_temp.bundle_readings r join pg_temp.exercises x on x.event_id = r.event_id
      where r.app = any(${[...apps]}::text[]) ${which}) read
    group by 1, 2, 3, 4 order by app collate "C", key collate "C", quiet, amounts`;
  for await (const page of pagesOf(db, rows))
    yield page.map((row) => ({ ...readingOf(row), amounts: row.amounts ?? [] }));
}

/** Opens `pg_temp.suspect_readings`, the readings whose events must be looked at one by one. */
export const openSuspects = (db: Db) =>
  sql`create temp table suspect_readings (app text collate "C", key text collate "C")`.execute(db);

/** Adds readings whose events must be looked at one by one. */
export const addSuspects = (session: Session, found: readonly EventReading[]): Promise<number> =>
  session.copyIn(
    "pg_temp.suspect_readings",
    ["app", "key"],
    found.map(({ app, key }) => copyRow([app, key])),
  );
