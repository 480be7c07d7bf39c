import { printable } from "../../domain/values/printable.js";
import type { StudentDay, StudentTotal } from "../../domain/views/student-day.js";
import { amounts, type Field, number, numberToken, text } from "../formats/fields.js";
import type { Column } from "../formats/table.js";

/** The members of a report row, in order. */
export const reportFields: readonly Field<StudentDay>[] = [
  text("studentId"),
  text("email"),
  text("date"),
  number("xp"),
  number("activeSeconds"),
  number("inactiveSeconds"),
  number("wasteSeconds"),
  number("totalQuestions"),
  number("correctQuestions"),
  number("masteredUnits"),
  amounts("bySubject"),
  amounts("byApp"),
];

const SECONDS_PER_MINUTE = 60;
const MINUTES_PER_HOUR = 60;

/** Seconds as hours and minutes, rounded to the minute: `1:05`. */
export function hoursMinutes(seconds: string): string {
  const minutes = Math.round(Number(seconds) / SECONDS_PER_MINUTE);
  const size = Math.abs(minutes);
  const clock = `${Math.floor(size / MINUTES_PER_HOUR)}:${String(size % MINUTES_PER_HOUR).padStart(2, "0")}`;
  return minutes < 0 ? `-${clock}` : clock;
}

/** XP in a table: always two decimals, so that they align. */
const hundredths = (xp: string): string => (/^-?\d+$/.test(xp) ? `${xp}.00` : xp);

const shown = (email: string | null): string => email ?? "-";
const questions = ({
  correctQuestions,
  totalQuestions,
}: Pick<StudentDay, "correctQuestions" | "totalQuestions">): string =>
  `${numberToken(correctQuestions)}/${numberToken(totalQuestions)}`;

/** A short set of columns; with ids if emails do not tell the students apart. */
export const reportColumns = ({ ids }: { ids: boolean }): readonly Column<StudentDay>[] => [
  { title: "email", cell: ({ email }) => shown(email) },
  ...(ids ? [{ title: "student", cell: ({ studentId }: StudentDay) => studentId }] : []),
  { title: "date", cell: ({ date }) => date },
  { title: "XP", align: "right", cell: ({ xp }) => hundredths(xp) },
  { title: "active", align: "right", cell: ({ activeSeconds }) => hoursMinutes(activeSeconds) },
  { title: "questions", align: "right", cell: questions },
];

/** The last line of a table about one student. */
export const totalLine = (total: StudentTotal): string =>
  `total of ${printable(total.studentId)}: ${total.days} ${total.days === 1 ? "day" : "days"}, ${hundredths(total.xp)} XP, ` +
  `active ${hoursMinutes(total.activeSeconds)}, questions ${questions(total)}`;
