/** How a column is output: numbers as exact decimal text, instants in ISO 8601 (UTC, milliseconds), days as `YYYY-MM-DD`. */
export type FactColumnKind = "text" | "number" | "instant" | "day" | "list";

const always = <Kind extends FactColumnKind>(kind: Kind) => ({ kind, optional: false as const });
const optional = <Kind extends FactColumnKind>(kind: Kind) => ({ kind, optional: true as const });

/**
 * The derived columns of `processed_facts`, in order, the first two being the key. This is the only list: their derivations are in
 * src/store/facts/fact-columns.ts, which must have every column to compile. docs/facts.md.
 */
export const FACT_COLUMNS = {
  student_id: always("text"),
  fact_key: always("text"),
  event_type: always("text"),
  email: optional("text"),
  occurred_at: always("instant"),
  date: always("day"),
  time_zone: always("text"),
  subject: optional("text"),
  app: optional("text"),
  course_id: optional("text"),
  activity_id: optional("text"),
  course_name: optional("text"),
  activity_name: optional("text"),
  attempt: optional("number"),
  run_id: optional("text"),
  xp_earned: optional("number"),
  total_questions: optional("number"),
  correct_questions: optional("number"),
  mastered_units: optional("number"),
  active_seconds: optional("number"),
  inactive_seconds: optional("number"),
  waste_seconds: optional("number"),
  unknown_seconds: optional("number"),
  anti_pattern_seconds: optional("number"),
  xp_source: optional("text"),
  link_rule: optional("text"),
  correction_id: optional("text"),
  sources: always("list"),
};

export type FactColumn = keyof typeof FACT_COLUMNS;

type Member<Column extends string> = Column extends `${infer First}_${infer Rest}`
  ? `${First}${Capitalize<Member<Rest>>}`
  : Column;

/** A column's name in output: camelCase. */
export const factMember = <Column extends FactColumn>(column: Column): Member<Column> =>
  column.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()) as Member<Column>;

type Value<Column extends { kind: FactColumnKind; optional: boolean }> =
  | (Column["kind"] extends "list" ? readonly string[] : string)
  | (Column["optional"] extends true ? null : never);

/** A stored fact, without the instants at which it was written. */
export type ListedFact = { [Column in FactColumn as Member<Column>]: Value<(typeof FACT_COLUMNS)[Column]> };
