import type { ListedFact } from "../../domain/views/fact.js";
import { type Field, list, number, text } from "../formats/fields.js";
import type { Column } from "../formats/table.js";

/** The members of a fact, in order. */
export const factFields: readonly Field<ListedFact>[] = [
  text("studentId"),
  text("factKey"),
  text("eventType"),
  text("email"),
  text("occurredAt"),
  text("date"),
  text("timeZone"),
  text("subject"),
  text("app"),
  text("courseId"),
  text("activityId"),
  text("courseName"),
  text("activityName"),
  number("attempt"),
  text("runId"),
  number("xpEarned"),
  number("totalQuestions"),
  number("correctQuestions"),
  number("masteredUnits"),
  number("activeSeconds"),
  number("inactiveSeconds"),
  number("wasteSeconds"),
  number("unknownSeconds"),
  number("antiPatternSeconds"),
  text("xpSource"),
  text("linkRule"),
  text("correctionId"),
  list("sources"),
];

/** Minutes are enough for people: `2025-03-01 10:00`. */
const minuteOf = (instant: string): string => instant.slice(0, "2025-03-01T10:00".length).replace("T", " ");

/** Where the XP of a fact came from, and by which rule its results were linked. */
function origin({ xpEarned, xpSource, linkRule }: ListedFact): string {
  const parts = [xpEarned === null ? null : xpSource, linkRule === null ? null : `linked ${linkRule}`];
  return parts.filter((part) => part !== null).join(", ") || "-";
}

/** A short set of columns; ids where an email does not tell the students apart. */
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
