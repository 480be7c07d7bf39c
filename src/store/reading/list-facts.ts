import { sql } from "kysely";
import type { ListedFact } from "../../domain/views/fact.js";
import type { Db } from "../engine/session.js";
import { streamRows } from "../engine/snapshot.js";
import { type FactScope, inScope } from "../facts/fact-scope.js";

/** The live facts in scope, some at a time, ordered by student, instant and key (C order). */
export const listFacts = (db: Db, scope: FactScope): AsyncGenerator<ListedFact[]> =>
  streamRows(
    db,
    sql<ListedFact>`
    select f.student_id as "studentId", f.fact_key as "factKey", f.event_type as "eventType", f.email,
      to_char(f.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "occurredAt",
      to_char(f.date, 'YYYY-MM-DD') as date, f.time_zone as "timeZone", f.subject, f.app, f.course_id as "courseId",
      f.activity_id as "activityId", f.course_name as "courseName", f.activity_name as "activityName",
      f.attempt::text as attempt, f.run_id as "runId", f.xp_earned::text as "xpEarned",
      f.total_questions::text as "totalQuestions", f.correct_questions::text as "correctQuestions",
      f.mastered_units::text as "masteredUnits", f.active_seconds::text as "activeSeconds",
      f.inactive_seconds::text as "inactiveSeconds", f.waste_seconds::text as "wasteSeconds",
      f.unknown_seconds::text as "unknownSeconds", f.anti_pattern_seconds::text as "antiPatternSeconds",
      f.xp_source as "xpSource", f.link_rule as "linkRule", f.correction_id as "correctionId", f.sources
    from timeback.processed_facts f where ${inScope(scope)}
    order by f.student_id collate "C", f.occurred_at, f.fact_key collate "C"`,
  );
