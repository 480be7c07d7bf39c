import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import { FACT_COLUMNS as COLUMNS, type FactColumn } from "../../domain/views/fact.js";
import { columnsOf } from "../engine/column-list.js";
import { eventKey, resultKey } from "./source-keys.js";

/** The derived columns of a fact, in order; the first two are its key. */
export const FACT_COLUMNS = Object.keys(COLUMNS) as FactColumn[];
const KEY_COLUMNS = 2;

/** The columns of a fact besides its key. */
export const VALUE_COLUMNS = FACT_COLUMNS.slice(KEY_COLUMNS);

/** The email of a student's facts, over the joins of `emailJoins` (fact-query.ts). */
export const emailOfFacts: RawBuilder<unknown> = sql`coalesce(u.email, least.email)`;

type SharedColumn = "email" | "time_zone";
type OwnColumn = Exclude<FactColumn, SharedColumn>;

/** The columns shared by all facts of a student, joined at the end. */
const shared = ({ zone }: FactRules): Record<SharedColumn, RawBuilder<unknown>> => ({
  email: emailOfFacts,
  time_zone: sql`${zone}::text`,
});
const isOwn = (column: FactColumn): column is OwnColumn => column !== "email" && column !== "time_zone";

/** The value columns that are not shared. */
export const OWN_COLUMNS = VALUE_COLUMNS.filter(isOwn);

/** The columns of an event `e` that come from its links, over the joins that find them. */
export interface LinkColumns {
  rule: RawBuilder<unknown>;
  sources: RawBuilder<unknown>;
}

/** A column in the fact of an event, and in that of a result that no event explains. */
interface Derivation {
  event: RawBuilder<unknown>;
  result: RawBuilder<unknown>;
}

/** A column that events and results have in common. */
const reported = (column: OwnColumn): Derivation => ({ event: sql.ref(`e.${column}`), result: sql.ref(`r.${column}`) });
const spent = (column: OwnColumn): Derivation => ({
  event: sql`round(${sql.ref(`e.${column}`)}, 2)`,
  result: sql`null`,
});

/**
 * The derivation of each column. Of an event: over `e`, its live correction `c`, and the XP `b.xp` taken over from results. Of a
 * result: over `r`, its course (`course_of.id`, `course`), `resource`, component resource `cr` and line item `li`.
 */
const derivations = ({ zone }: FactRules, links: LinkColumns): Record<OwnColumn, Derivation> => ({
  student_id: reported("student_id"),
  fact_key: { event: eventKey(sql`e.event_id`), result: resultKey(sql`r.sourced_id`) },
  event_type: { event: sql`e.event_type`, result: sql`'ActivityEvent'` },
  occurred_at: {
    event: sql`e.occurred_at`,
    result: sql`coalesce(r.score_day::timestamp at time zone ${zone}, r.score_date)`,
  },
  date: {
    event: sql`(e.occurred_at at time zone ${zone})::date`,
    result: sql`coalesce(r.score_day, (r.score_date at time zone ${zone})::date)`,
  },
  subject: { event: sql`e.subject`, result: sql`coalesce(r.subject, course.subject)` },
  app: reported("app"),
  course_id: { event: sql`e.course_id`, result: sql`course_of.id` },
  activity_id: { event: sql`e.activity_key`, result: sql`r.activity_key` },
  course_name: { event: sql`e.course_name`, result: sql`course.title` },
  activity_name: { event: sql`e.activity_name`, result: sql`coalesce(resource.title, cr.title, li.title)` },
  attempt: reported("attempt"),
  run_id: { event: sql`e.caliper_run_id`, result: sql`null` },
  xp_earned: { event: sql`round(coalesce(c.own_xp, b.xp, e.xp), 2)`, result: sql`round(r.xp, 2)` },
  total_questions: reported("total_questions"),
  correct_questions: reported("correct_questions"),
  mastered_units: reported("mastered_units"),
  active_seconds: spent("active_seconds"),
  inactive_seconds: spent("inactive_seconds"),
  waste_seconds: spent("waste_seconds"),
  unknown_seconds: spent("unknown_seconds"),
  anti_pattern_seconds: spent("anti_pattern_seconds"),
  xp_source: {
    event: sql`case when c.own_xp is not null then 'correction' when b.xp is null then 'event' else 'result' end`,
    result: sql`'result'`,
  },
  link_rule: { event: links.rule, result: sql`null` },
  correction_id: { event: sql`c.correction_id`, result: sql`null` },
  sources: { event: links.sources, result: sql`array[${resultKey(sql`r.sourced_id`)}]` },
});

const named = (value: RawBuilder<unknown>, column: FactColumn): RawBuilder<unknown> =>
  sql`${value} as ${sql.ref(column)}`;

/** The own (unshared) columns of the facts of events, or of results. */
export function ownColumns(of: keyof Derivation, rules: FactRules, links: LinkColumns): RawBuilder<unknown> {
  const derived = derivations(rules, links);
  return sql.join(FACT_COLUMNS.filter(isOwn).map((column) => named(derived[column][of], column)));
}

/** All columns of facts: own ones from this alias, and shared ones. */
export function allColumns(alias: string, rules: FactRules): RawBuilder<unknown> {
  const common = shared(rules);
  return sql.join(
    FACT_COLUMNS.map((column) => (isOwn(column) ? sql.ref(`${alias}.${column}`) : named(common[column], column))),
  );
}

/** True if two facts with one key, under these aliases, differ in any derived column. */
export const factsDiffer = (one: string, other: string): RawBuilder<unknown> =>
  sql`(${columnsOf(`${one}.`, VALUE_COLUMNS)}) is distinct from (${columnsOf(`${other}.`, VALUE_COLUMNS)})`;
