import { type RawBuilder, sql } from "kysely";
import {
  FINDING_KINDS,
  FINDING_MEMBERS,
  type Finding,
  type FindingMember,
  findingJson,
  VERDICTS,
} from "../../../domain/findings/finding.js";
import { isoDay } from "../../engine/sql-time.js";
import { BYTES, tempTable } from "../../engine/temp-table.js";

/** A column of `sessionFindings`: its type, and its value for a finding. */
interface FindingColumn {
  type: string;
  of: (finding: Finding) => string | number | boolean | null;
}

type ColumnOf<Member extends FindingMember> = Member extends "studentId" ? "student_id" : Member;
const columnOf = (member: string): string => (member === "studentId" ? "student_id" : member);

const COLUMNS: Readonly<Record<ColumnOf<FindingMember> | "kind_rank" | "verdict_rank" | "body", FindingColumn>> = {
  id: { type: "text primary key", of: ({ id }) => id },
  kind: { type: "text", of: ({ kind }) => kind },
  kind_rank: { type: "int", of: ({ kind }) => FINDING_KINDS.indexOf(kind) },
  verdict: { type: "text", of: ({ verdict }) => verdict },
  verdict_rank: { type: "int", of: ({ verdict }) => VERDICTS.indexOf(verdict) },
  student_id: { type: BYTES, of: ({ studentId }) => studentId },
  email: { type: BYTES, of: ({ email }) => email },
  date: { type: "date", of: ({ date }) => date },
  app: { type: BYTES, of: ({ app }) => app },
  summary: { type: "text", of: ({ summary }) => summary },
  counted: { type: "numeric", of: ({ counted }) => counted },
  truth: { type: "numeric", of: ({ truth }) => truth },
  inflation: { type: "numeric", of: ({ inflation }) => inflation },
  pending: { type: "boolean", of: ({ pending }) => pending },
  body: { type: "text", of: findingJson },
};
type Column = keyof typeof COLUMNS;

const each = <Value>(value: (column: FindingColumn) => Value): Record<Column, Value> =>
  Object.fromEntries(Object.entries(COLUMNS).map(([name, column]) => [name, value(column)])) as Record<Column, Value>;

/** The session's findings; `addFindings` fills it. */
export const sessionFindings = tempTable(
  "findings",
  each(({ type }) => type),
);

/** The row of a finding in `sessionFindings`. */
export const findingRow = (finding: Finding) => each(({ of }) => of(finding));

/** The columns of a finding's claim: while none of them changes, the finding is the same. */
export const CLAIM_COLUMNS = Object.keys(FINDING_MEMBERS).filter((name) => name !== "id" && name !== "studentId");

const AS_TEXT: Record<(typeof FINDING_MEMBERS)[FindingMember], (column: RawBuilder<unknown>) => RawBuilder<unknown>> = {
  text: (column) => column,
  boolean: (column) => column,
  day: isoDay,
  amount: (column) => sql`trim_scale(${column})::text`,
};

/** The columns of a `ListedFinding` from a row under this alias, with its id in column `id`. */
export const listedFinding = (alias: string, id: "id" | "finding_id"): RawBuilder<unknown> => {
  const members = Object.entries(FINDING_MEMBERS).map(([member, kind]) => {
    const column = sql.ref(`${alias}.${member === "id" ? id : columnOf(member)}`);
    return sql`${AS_TEXT[kind](column)} as ${sql.ref(member)}`;
  });
  return sql`${sql.join(members)}, ${sql.ref(`${alias}.body`)}`;
};
