import { type RawBuilder, sql } from "kysely";
import type { AuditRules } from "../../../domain/rules/audit-rules.js";
import type { Db } from "../../engine/session.js";
import { bucketOf, secondsApart } from "../../engine/sql-time.js";
import { areFew, inPart, type Students } from "../../facts/student-selection.js";
import { isBanked, isPassive, isSameCourse } from "./exercises.js";

/** A result `r` showed 0 before: to be looked up for each of few. (Of `exists` the planner may make a search through everybody's history.) */
const ZERO_LOOKED_UP = sql`(
  select bool_or(v.xp = 0) from timeback.assessment_result_versions v where v.sourced_id = r.sourced_id)`;
/** The same, to be found among all readings. */
const ZERO_AMONG_ALL = sql`r.sourced_id in (select v.sourced_id from timeback.assessment_result_versions v where v.xp = 0)`;

/** The first reading that shows XP after one that showed 0: when, by its `date_last_modified`. The last reading is the result. */
const rises = (ofStudents: RawBuilder<unknown>, showedZero: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  with risen as materialized (
    select r.sourced_id, r.xp, r.xp_since from timeback.assessment_results r
    where r.linkable and r.xp > 0 ${ofStudents} and ${showedZero}),
  reading as (
    select v.sourced_id, v.version, v.xp, v.xp_since
    from timeback.assessment_result_versions v join risen r on r.sourced_id = v.sourced_id
    union all
    select sourced_id, 2147483647, xp, xp_since from risen),
  followed as (
    select *, bool_or(xp = 0) over (partition by sourced_id order by version rows between unbounded preceding and 1 preceding) as was_zero
    from reading)
  select distinct on (sourced_id) sourced_id, xp_since as at from followed
  where was_zero and xp > 0 order by sourced_id, version`;

/** The course of a result `r`, as `courseOfResult` says it; looked up only where the result does not name one. */
const courseOf = sql`coalesce(r.course_id, (
  select coalesce(li.course_id, cc.course_id) from timeback.assessment_line_items li
  left join timeback.component_resources cr on cr.sourced_id = li.component_resource_id
  left join timeback.course_components cc on cc.sourced_id = coalesce(li.component_id, cr.component_id)
  where li.sourced_id = r.line_item_id))`;

/**
 * Banked results, with the time of the write, and the event they link to. A score date without time proves nothing. What is
 * neither called banked nor risen is left out first: only of the others is the resource looked up.
 */
const writes = (ofStudents: RawBuilder<unknown>, rises: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  select r.sourced_id, r.student_id, trim_scale(r.xp) as xp, coalesce(r.completed_at, rise.at, r.score_date) as at,
    ${courseOf} as course_id, r.activity_key, resource.title, resource.xp as base, own.leader as linked
  from timeback.assessment_results r
  left join ${rises} rise on rise.sourced_id = r.sourced_id
  left join timeback.resources resource on resource.sourced_id = r.activity_key
  left join pg_temp.event_results own on own.sourced_id = r.sourced_id
  where r.linkable and r.xp > 0 and r.score_day is null ${ofStudents} and (${isBanked("r")} or rise.sourced_id is not null)
    and (${isBanked("r")} or (r.xp_reason is null and (${isPassive("resource")})))`;

/**
 * Each with its host: the last exercise event shortly before it, by the leader of its twins. Both sides are put together by
 * student and bucket of time at once, which is quicker than to look for each: what is so close lies in one bucket with it or in the one before.
 */
const hosted = ({ hostSeconds }: AuditRules, found: RawBuilder<unknown>): RawBuilder<unknown> => {
  const window = secondsApart(hostSeconds);
  const bucket = (instant: RawBuilder<unknown>) => bucketOf(instant, window);
  return sql`
  select b.*, host.leader as host
  from ${found} b
  left join (
    select distinct on (w.sourced_id) w.sourced_id, x.leader
    from (
      select b.sourced_id, b.student_id, b.at, b.course_id, near.bucket
      from ${found} b
      cross join lateral (values (${bucket(sql`b.at`)}), (${bucket(sql`b.at - ${window}`)})) as near(bucket)
      offset 0) w
    join pg_temp.exercises x on x.student_id = w.student_id and ${bucket(sql`x.occurred_at`)} = w.bucket
    where x.occurred_at <= w.at and x.occurred_at >= w.at - ${window} and ${isSameCourse(sql`x.course_id`, sql`w.course_id`)}
    order by w.sourced_id, x.occurred_at desc, x.event_id) host on host.sourced_id = b.sourced_id`;
};

/** Not linked to the event: what links to it counts with it, and is in nothing else. */
const isNotItsOwn = sql`b.linked is distinct from x.leader`;

/** Banked XP near an exercise `x`: hosted by it, or by none and shortly before or after it (docs/audit.md, "Banked XP"). */
const near = ({ bankBeforeSeconds, hostSeconds }: AuditRules): RawBuilder<unknown> => sql`
  select x.leader as event_id, b.sourced_id, b.xp, b.host is not null as hosted, abs(extract(epoch from b.at - x.occurred_at)) as distance
  from pg_temp.exercises x join pg_temp.bank_writes b on b.host = x.leader
  where x.leads and ${isNotItsOwn}
  union all
  select x.leader, b.sourced_id, b.xp, false, abs(extract(epoch from b.at - x.occurred_at))
  from pg_temp.exercises x join pg_temp.bank_writes b on b.student_id = x.student_id and b.host is null
    and b.at >= x.occurred_at - ${secondsApart(bankBeforeSeconds)} and b.at <= x.occurred_at + ${secondsApart(hostSeconds)}
    and ${isSameCourse(sql`x.course_id`, sql`b.course_id`)}
  where x.leads and ${isNotItsOwn}`;

/** Banked XP after an exercise `x`, hosted by none: `from` and `where` of a query over `b`. */
export const lateBanks = ({ hostSeconds, bankLateSeconds }: AuditRules): RawBuilder<unknown> => sql`
  from pg_temp.bank_writes b
  where b.student_id = x.student_id and b.host is null
    and b.at > x.occurred_at + ${secondsApart(hostSeconds)} and b.at <= x.occurred_at + ${secondsApart(bankLateSeconds)}
    and ${isSameCourse(sql`x.course_id`, sql`b.course_id`)} and ${isNotItsOwn}`;

/**
 * Makes `pg_temp.bank_writes` (`sourced_id`, `xp`, `at`, `host`, ...) and `pg_temp.near_banks` (`event_id`, `sourced_id`,
 * `xp`, `hosted`, `distance` in seconds) for the exercises in `pg_temp.exercises`.
 */
export async function gatherBankWrites(db: Db, rules: AuditRules, students: Students): Promise<void> {
  const ofStudents = inPart(students, sql`r.student_id`);
  const statements = areFew(students) ? ofFew(rules, ofStudents) : ofMany(rules, ofStudents);
  for (const statement of statements) await statement.execute(db);
}

const ofFew = (rules: AuditRules, ofStudents: RawBuilder<unknown>): RawBuilder<unknown>[] => [
  sql`
  create temp table bank_writes as
  with xp_rises as materialized (${rises(ofStudents, ZERO_LOOKED_UP)}),
  found as materialized (${writes(ofStudents, sql`xp_rises`)})
  ${hosted(rules, sql`found`)}`,
  sql`create temp table near_banks as ${near(rules)}`,
];

const ofMany = (rules: AuditRules, ofStudents: RawBuilder<unknown>): RawBuilder<unknown>[] => [
  sql`create temp table xp_rises as ${rises(ofStudents, ZERO_AMONG_ALL)}`,
  sql`analyze pg_temp.xp_rises`,
  sql`create temp table bank_writes_found as ${writes(ofStudents, sql`pg_temp.xp_rises`)}`,
  sql`create temp table bank_writes as ${hosted(rules, sql`pg_temp.bank_writes_found`)}`,
  sql`create index on pg_temp.bank_writes (student_id, at) where host is null`,
  sql`create index on pg_temp.bank_writes (sourced_id)`,
  sql`analyze pg_temp.bank_writes`,
  sql`create temp table near_banks as ${near(rules)}`,
  sql`create index on pg_temp.near_banks (event_id)`,
  sql`analyze pg_temp.near_banks`,
];
