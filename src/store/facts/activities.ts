import { type RawBuilder, sql } from "kysely";
import type { Db } from "../engine/session.js";
import { madeTable } from "../engine/temp-table.js";

/** A result's activity key, over its line item `li` and component resource `cr` (docs/facts.md, "Activities"). */
export const activityKey = (lineItemId: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`coalesce(cr.resource_id, case when right(${lineItemId}, 4) = '_ali' then left(${lineItemId}, -4) else ${lineItemId} end)`;

/** The joins that `activityKey` needs. */
export const lineItemJoins = (lineItemId: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  left join timeback.assessment_line_items li on li.sourced_id = ${lineItemId}
  left join timeback.component_resources cr on cr.sourced_id = li.component_resource_id`;

/** The course of a result `r`: its own, its line item's, else that of the component; over the joins of `courseJoins`. */
export const courseOfResult = sql`coalesce(r.course_id, li.course_id, cc.course_id)`;

/** The joins that `courseOfResult` needs. */
export const courseJoins = sql`
  left join timeback.assessment_line_items li on li.sourced_id = r.line_item_id
  left join timeback.component_resources cr on cr.sourced_id = li.component_resource_id
  left join timeback.course_components cc on cc.sourced_id = coalesce(li.component_id, cr.component_id)`;

/** As `courseOfResult`, for a result under this alias; looks up what the result refers to only if it names no course itself. */
export const courseOf = (result: string): RawBuilder<unknown> => sql`coalesce(${sql.ref(`${result}.course_id`)}, (
  select coalesce(li.course_id, cc.course_id) from timeback.assessment_line_items li
  left join timeback.component_resources cr on cr.sourced_id = li.component_resource_id
  left join timeback.course_components cc on cc.sourced_id = coalesce(li.component_id, cr.component_id)
  where li.sourced_id = ${sql.ref(`${result}.line_item_id`)}))`;

/** Results whose stored activity or child flag differs from that of their line item. */
const renewedActivities = madeTable("renewed_activities", ["sourced_id", "activity_key", "child"]);

/**
 * Renews the activity, and the flag of a child line item, of the results that `which` (a condition over `r`) selects. Both are copied
 * to results, so that linking need not look them up. Writes only differences, and returns their number.
 */
export async function renewActivities(db: Db, which: RawBuilder<unknown> | "all"): Promise<number> {
  await sql`drop table if exists ${renewedActivities}`.execute(db);
  await renewedActivities
    .createFrom(sql`
    select * from (
      select r.sourced_id, r.activity_key as was, r.of_child_line_item as was_child,
        ${activityKey(sql.ref("r.line_item_id"))} as activity_key, li.parent_id is not null as child
      from timeback.assessment_results r ${lineItemJoins(sql.ref("r.line_item_id"))} where ${which === "all" ? sql`true` : which}) k
    where (was, was_child) is distinct from (activity_key, child)`)
    .execute(db);
  const { numAffectedRows } = await sql`
    update timeback.assessment_results t set activity_key = k.activity_key, of_child_line_item = k.child
    from ${renewedActivities} k where t.sourced_id = k.sourced_id`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
