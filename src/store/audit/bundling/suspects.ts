import { type RawBuilder, sql } from "kysely";
import type { AuditRules } from "../../../domain/rules/audit-rules.js";
import { FEW_ROWS } from "../../engine/cursor.js";
import type { Db } from "../../engine/session.js";
import { isoInstant } from "../../engine/sql-time.js";
import { courseJoins, courseOfResult } from "../../facts/activities.js";
import { areFew, inPart, rowsAbout, type Students } from "../../facts/student-selection.js";
import { lateBanks } from "./banked-xp.js";
import { isPassive, isSameCourse, ownResults, type ZeroNumbering } from "./exercises.js";

/** Banked results in columns, nearest first; null where there are none. Amounts are decimal text, instants ISO text. */
export interface BankColumns {
  ids: string[];
  xps: string[];
  ats: string[];
  hosted: boolean[];
  activities: string[];
  titles: (string | null)[];
  bases: (string | null)[];
}

/** An event that must be looked at, with everything that bears on it. Amounts are decimal text, instants ISO text. */
export interface SuspectRow {
  eventId: string;
  studentId: string;
  email: string | null;
  app: string;
  occurredAt: string;
  /** Day of the event in the stored zone, or that of its fact. */
  date: string;
  xp: string;
  base: string | null;
  band: "full" | "pass" | "fail" | null;
  attempt: number;
  multiplier: string | null;
  activityId: string | null;
  activityName: string | null;
  courseId: string | null;
  totalQuestions: string | null;
  correctQuestions: string | null;
  twins: string[];
  ownIds: string[] | null;
  ownXps: (string | null)[] | null;
  near: BankColumns | null;
  late: BankColumns | null;
  /** Passive results at 0 since the last exercise. */
  zeroIds: string[] | null;
  zeroBases: (string | null)[] | null;
  /** What the event's standing fact counts; null where none stands. */
  counted: string | null;
  /** The live correction of the event; null where there is none. */
  correction: { id: string; own: string; results: string[] } | null;
}

/** Bank writes `b` as one JSON object of lists, in the given order. */
const columns = (hosted: RawBuilder<unknown>, order: RawBuilder<unknown>): RawBuilder<unknown> => {
  const all = (value: RawBuilder<unknown>) => sql`json_agg(${value} order by ${order}, b.sourced_id)`;
  return sql`
    case when count(*) > 0 then json_build_object('ids', ${all(sql`b.sourced_id`)}, 'xps', ${all(sql`b.xp::text`)},
      'ats', ${all(isoInstant(sql`b.at`))}, 'hosted', ${all(hosted)}, 'activities', ${all(sql`b.activity_key`)},
      'titles', ${all(sql`b.title`)}, 'bases', ${all(sql`b.base::text`)}) end`;
};

const nearBanks = sql`
  select ${columns(sql`n.hosted`, sql`n.hosted desc, n.distance`)}
  from pg_temp.near_banks n join pg_temp.bank_writes b on b.sourced_id = n.sourced_id where n.event_id = x.leader`;

const later = (rules: AuditRules): RawBuilder<unknown> =>
  sql`select ${columns(sql`false`, sql`b.at`)} ${lateBanks(rules)}`;

/** Passive results without XP whose score date lies between the last exercise (at most 2 hours ago, of the same course) and the event. */
const zeroResults = sql`
  select array_agg(r.sourced_id order by r.sourced_id) as ids, array_agg(resource.xp::text order by r.sourced_id) as bases
  from timeback.assessment_results r join timeback.resources resource on resource.sourced_id = r.activity_key
  ${courseJoins}
  where r.student_id = x.student_id and r.linkable and r.score_day is null and coalesce(r.xp, 0) = 0 and (${isPassive("resource")})
    and r.score_date <= x.occurred_at and r.score_date >= x.occurred_at - interval '2 hours'
    and ${isSameCourse(courseOfResult, sql`x.course_id`)}
    and not exists (
      select from pg_temp.exercises other where other.student_id = x.student_id and other.leader <> x.leader
        and other.occurred_at >= r.score_date and other.occurred_at < x.occurred_at
        and ${isSameCourse(sql`other.course_id`, sql`x.course_id`)})`;

/**
 * Makes `pg_temp.suspects`, the exercises that have one of `pg_temp.suspect_readings`, and `pg_temp.suspect_own`, what
 * their own results say. They are few: how many is worth knowing before anything is looked up for them.
 */
export async function gatherSuspects(db: Db, numbering: ZeroNumbering, students: Students): Promise<void> {
  const many = (statement: RawBuilder<unknown>) => (areFew(students) ? [] : [statement]);
  for (const statement of [
    ...many(sql`analyze pg_temp.suspect_readings`),
    sql`create temp table suspects as
      select x.* from pg_temp.suspect_readings s join pg_temp.exercises x on x.app = s.app and x.reading = s.key
      where x.leads ${inPart(students, sql`x.student_id`)}`,
    sql`create temp table suspect_own as ${ownResults(sql`select leader from pg_temp.suspects`, numbering)}`,
    ...many(sql`analyze pg_temp.suspects, pg_temp.suspect_own`),
  ])
    await statement.execute(db);
}

/** The gathered suspects of these students, by student, time and id. */
export const listSuspects = (
  db: Db,
  rules: AuditRules,
  { zone, students }: { zone: string; students: Students },
): AsyncGenerator<SuspectRow[]> =>
  rowsAbout(
    db,
    students,
    sql<SuspectRow>`
    select x.leader::text as "eventId", x.student_id as "studentId",
      coalesce(f.email, u.email, (select min(a.email collate "C") from timeback.caliper_actors a where a.student_id = x.student_id)) as email,
      x.app, ${isoInstant(sql`x.occurred_at`)} as "occurredAt",
      to_char(coalesce(f.date, (x.occurred_at at time zone ${zone})::date), 'YYYY-MM-DD') as date, x.xp::text as xp, x.base::text as base,
      x.band, x.counted_attempt as attempt, trim_scale(x.multiplier)::text as multiplier, x.activity_key as "activityId",
      coalesce(e.activity_name, resource.title) as "activityName", x.course_id as "courseId", trim_scale(e.total_questions)::text as "totalQuestions",
      trim_scale(e.correct_questions)::text as "correctQuestions",
      array(select t.event_id::text from pg_temp.twins t where t.leader = x.leader and t.event_id <> x.leader order by t.event_id) as twins,
      o.sourced_ids as "ownIds", o.xps as "ownXps", (${nearBanks}) as near, (${later(rules)}) as late,
      zero.ids as "zeroIds", zero.bases as "zeroBases", trim_scale(f.xp_earned)::text as counted,
      case when c.correction_id is not null then json_build_object('id', c.correction_id, 'own', c.own_xp::text, 'results', c.results) end as correction
    from pg_temp.suspects x
    join timeback.caliper_events e on e.event_id = x.event_id
    left join pg_temp.suspect_own o on o.leader = x.leader
    left join timeback.users u on u.sourced_id = x.student_id
    left join timeback.resources resource on resource.sourced_id = x.activity_key
    left join timeback.processed_facts f on f.student_id = x.student_id and f.fact_key = 'caliper:event:' || x.leader
    left join timeback.corrections c on c.student_id = x.student_id and c.event_id = x.leader and c.retired_at is null
    left join lateral (${zeroResults}) zero on true
    where true ${inPart(students, sql`x.student_id`)}
    order by x.student_id, x.occurred_at, x.leader`,
    FEW_ROWS,
  );

/** Of these results, those that stand in a fact of their student other than the event's. */
export async function countedResults(
  db: Db,
  asked: readonly { studentId: string; eventId: string; sourcedId: string }[],
): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select q.id
    from unnest(${asked.map(({ studentId }) => studentId)}::text[], ${asked.map(({ eventId }) => eventId)}::text[],
      ${asked.map(({ sourcedId }) => sourcedId)}::text[]) as q(student, event, id)
    where exists (select from timeback.processed_facts f
        where f.student_id = q.student and f.fact_key = 'oneroster:assessment_result:' || q.id)
      or exists (select from timeback.processed_facts f
        where f.student_id = q.student and f.fact_key <> 'caliper:event:' || q.event
          and f.sources @> array['oneroster:assessment_result:' || q.id])`.execute(db);
  return new Set(rows.map(({ id }) => id));
}
