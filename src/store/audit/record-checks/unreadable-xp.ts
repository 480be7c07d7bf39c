import { sql } from "kysely";
import type { FactRules } from "../../../domain/rules/fact-rules.js";
import type { Db } from "../../engine/session.js";
import { isoInstant } from "../../engine/sql-time.js";
import { resultLinks } from "../../facts/links.js";
import { eventKey, resultKey } from "../../facts/source-keys.js";
import { inPart, rowsAbout, type Students } from "../../facts/student-selection.js";
import { notOfTestUser } from "../../facts/students.js";
import { XP_KEYS } from "../../source/tables.js";
import { firstNumber } from "../../source/untrusted-values.js";
import { expectedFact } from "../fact-checks/expected-facts.js";
import { type Suspect, suspect } from "./suspicion-columns.js";

/** A result with unclear XP in its metadata. XP is exact decimal text. */
export interface UnclearXp extends Suspect {
  sourcedId: string;
  at: string;
  /** The XP that counts: the first number under its keys; null if there is none. */
  xp: string | null;
  /** The keys with a value: its text, and its number if it is one. */
  keys: { key: string; text: string; number: string | null }[];
}

const SPACE = "[ \\t\\n\\r]*";
/** Matches a key whose value is not null. */
const HELD = `"(${XP_KEYS.map((key) => key.replaceAll(".", "\\.")).join("|")})"${SPACE}:${SPACE}[^n \\t\\n\\r]`;

/**
 * A fast superset of `isUnclear`, so that not every result's metadata is parsed: unreadable XP was landed as null, and numbers can
 * differ only if there is a key other than the first.
 */
const mayBeUnclear = sql`case when r.xp is null then r.metadata ~ ${HELD} else ${sql.join(
  XP_KEYS.slice(1).map((key) => sql`strpos(r.metadata, ${`"${key}"`}) > 0`),
  sql` or `,
)} end`;
const isUnclear = sql`case when r.xp is null then k.numbers = 0 else k.numbers > 1 end`;

/**
 * Active results of these students whose XP keys hold a value that is not a number, or different numbers; blank text and JSON null
 * are ignored. By student, then instant and id.
 */
export const listUnclearXp = (db: Db, rules: FactRules, students: Students): AsyncGenerator<UnclearXp[]> =>
  rowsAbout(
    db,
    students,
    sql<UnclearXp>`
    with unclear as (
      select r.sourced_id, k.keys from timeback.assessment_results r
      cross join lateral (
        select count(distinct number) as numbers,
          jsonb_agg(jsonb_build_object('key', key, 'text', text, 'number', number::text) order by place) as keys
        from (select key, place, text, ${sql.raw(firstNumber("text"))} as number
          from unnest(${[...XP_KEYS]}::text[]) with ordinality x(key, place)
          cross join lateral (select btrim(r.metadata::jsonb ->> key, e' \\t\\n\\r') as text) held_text
          where text <> '') held) k
      where r.linkable and ${mayBeUnclear} and ${isUnclear} and k.keys is not null
        ${inPart(students, sql`r.student_id`)} ${notOfTestUser(rules, sql`r.student_id`)})
    select ${suspect({
      student: sql.ref("r.student_id"),
      day: sql`coalesce(r.score_day, (r.score_date at time zone ${rules.zone})::date)`,
      app: sql`coalesce(r.app, d.app)`,
      counted: sql.ref("d.xp_earned"),
    })}, r.sourced_id as "sourcedId", ${isoInstant(sql.ref("r.score_date"))} as at, r.xp::text as xp, u.keys
    from unclear u join timeback.assessment_results r on r.sourced_id = u.sourced_id
    left join ${resultLinks} l on l.sourced_id = r.sourced_id
    left join lateral ${expectedFact(
      sql`r.student_id`,
      sql`coalesce(${eventKey(sql`l.event_id`)}, ${resultKey(sql`r.sourced_id`)})`,
    )} d on true
    order by r.student_id, r.score_date, r.sourced_id`,
  );
