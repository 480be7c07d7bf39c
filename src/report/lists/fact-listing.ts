import { FACT_COLUMNS, type FactColumn, factMember, type ListedFact } from "../../domain/views/fact.js";
import { type Field, list, number, text } from "../formats/fields.js";
import type { Column } from "../formats/table.js";

function fieldOf(column: FactColumn): Field<ListedFact> {
  const member = factMember(column);
  if (member === "sources") return list(member);
  return FACT_COLUMNS[column].kind === "number" ? number(member) : text(member);
}

/** The members of a fact, in the order of its columns. */
export const factFields: readonly Field<ListedFact>[] = (Object.keys(FACT_COLUMNS) as FactColumn[]).map(fieldOf);

/** Minutes are enough for people: `2025-03-01 10:00`. */
const minuteOf = (instant: string): string => instant.slice(0, "2025-03-01T10:00".length).replace("T", " ");

/** The origin of a fact's XP, and the rule by which its results were linked. */
function origin({ xpEarned, xpSource, linkRule }: ListedFact): string {
  const parts = [xpEarned === null ? null : xpSource, linkRule === null ? null : `linked ${linkRule}`];
  return parts.filter((part) => part !== null).join(", ") || "-";
}

/** A short set of columns; with ids if emails do not tell the students apart. */
export const factColumns = ({ ids }: { ids: boolean }): readonly Column<ListedFact>[] => [
  ...(ids ? [{ title: "student", cell: ({ studentId }: ListedFact) => studentId }] : []),
  { title: "day", cell: ({ date }) => date },
  { title: "at (UTC)", cell: ({ occurredAt }) => minuteOf(occurredAt) },
  { title: "type", cell: ({ eventType }) => eventType },
  { title: "activity", cell: ({ activityName, activityId }) => activityName ?? activityId ?? "-" },
  { title: "XP", align: "right", cell: ({ xpEarned }) => xpEarned ?? "-" },
  { title: "XP from", cell: origin },
  { title: "sources", cell: ({ sources }) => sources.join(", ") },
];
