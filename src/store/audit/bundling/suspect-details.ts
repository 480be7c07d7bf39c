import { sql } from "kysely";
import type { Db } from "../../engine/session.js";
import { isoDay } from "../../engine/sql-time.js";
import { eventKey, resultKey } from "../../facts/source-keys.js";
import { emailOf } from "../../facts/students.js";

/** What a finding reports of an event beyond the input of its verdict. Amounts are exact decimal text. */
export interface SuspectDetails {
  email: string | null;
  /** Day of the event's fact, else of the event in the stored zone. */
  date: string;
  activityName: string | null;
  totalQuestions: string | null;
  correctQuestions: string | null;
  /** XP that the event's stored fact counts; null if there is none. */
  counted: string | null;
  /** The event's live correction; null if there is none. */
  correction: { id: string; own: string; results: string[] } | null;
}

/** The details of these events, by event id; `activities` are theirs. */
export async function suspectDetails(
  db: Db,
  zone: string,
  events: readonly { eventId: string; studentId: string; activityId: string | null }[],
): Promise<Map<string, SuspectDetails>> {
  const of = <K extends keyof (typeof events)[number]>(key: K) => events.map((event) => event[key]);
  const { rows } = await sql<SuspectDetails & { eventId: string }>`
    select e.event_id::text as "eventId",
      coalesce(f.email, ${emailOf(sql`x.student_id`)}) as email,
      ${isoDay(sql`coalesce(f.date, (e.occurred_at at time zone ${zone})::date)`)} as date,
      coalesce(e.activity_name, resource.title) as "activityName", trim_scale(e.total_questions)::text as "totalQuestions",
      trim_scale(e.correct_questions)::text as "correctQuestions", trim_scale(f.xp_earned)::text as counted,
      case when c.correction_id is not null then json_build_object('id', c.correction_id, 'own', c.own_xp::text, 'results', c.results) end as correction
    from unnest(${of("eventId")}::uuid[], ${of("studentId")}::text[], ${of("activityId")}::text[]) as x(event_id, student_id, activity_id)
    join timeback.caliper_events e on e.event_id = x.event_id
    left join timeback.resources resource on resource.sourced_id = x.activity_id
    left join timeback.processed_facts f on f.student_id = x.student_id and f.fact_key = ${eventKey(sql`x.event_id`)}
    left join timeback.corrections c on c.student_id = x.student_id and c.event_id = x.event_id and c.retired_at is null`.execute(
    db,
  );
  return new Map(rows.map(({ eventId, ...details }) => [eventId, details]));
}

/** The results among these that a fact of their student other than the event's counts. */
export async function countedResults(
  db: Db,
  results: readonly { studentId: string; eventId: string; sourcedId: string }[],
): Promise<Set<string>> {
  if (results.length === 0) return new Set();
  const { rows } = await sql<{ id: string }>`
    select q.id
    from unnest(${results.map(({ studentId }) => studentId)}::text[], ${results.map(({ eventId }) => eventId)}::text[],
      ${results.map(({ sourcedId }) => sourcedId)}::text[]) as q(student, event, id)
    where exists (select from timeback.processed_facts f
        where f.student_id = q.student and f.fact_key = ${resultKey(sql`q.id`)})
      or exists (select from timeback.processed_facts f
        where f.student_id = q.student and f.fact_key <> ${eventKey(sql`q.event`)}
          and f.sources @> array[${resultKey(sql`q.id`)}])`.execute(db);
  return new Set(rows.map(({ id }) => id));
}
