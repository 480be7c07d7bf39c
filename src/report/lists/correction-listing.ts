import type { CorrectedTotal, ListedCorrection, PlannedApp } from "../../domain/findings/correction.js";
import { type JsonValue, xpNumber } from "../../domain/values/json-text.js";
import { printable } from "../../domain/values/printable.js";
import { type Field, list, number, text } from "../formats/fields.js";
import type { Column } from "../formats/table.js";

/** The members of a correction, in order. */
export const correctionFields: readonly Field<ListedCorrection>[] = [
  text("id"),
  text("eventId"),
  text("studentId"),
  text("email"),
  text("date"),
  number("from"),
  number("to"),
  number("excessXp"),
  list("results"),
  text("verdict"),
  text("rule"),
  text("state"),
  text("reason"),
  text("madeBy"),
  text("madeAt"),
  text("runId"),
  text("retiredBy"),
  text("retiredAt"),
  text("retiredRunId"),
  text("summary"),
];

const whoOf = ({ email, studentId }: { email: string | null; studentId: string }): string => email ?? studentId;

/** Columns of a plan: what will be corrected, and why. */
export const planColumns: readonly Column<ListedCorrection>[] = [
  { title: "student", cell: whoOf },
  { title: "date", cell: ({ date }) => date ?? "-" },
  { title: "event", cell: ({ eventId }) => eventId },
  { title: "from", align: "right", cell: ({ from }) => from },
  { title: "to", align: "right", cell: ({ to }) => to },
  { title: "verdict", cell: ({ verdict }) => verdict },
  { title: "evidence", cell: ({ summary }) => summary },
];

/** Columns of existing corrections: by whom, and their state. */
export const correctionColumns: readonly Column<ListedCorrection>[] = [
  { title: "correction", cell: ({ id }) => id },
  { title: "state", cell: ({ state }) => state },
  ...planColumns.slice(0, -2),
  { title: "made", cell: ({ madeAt, madeBy, runId }) => `${madeAt} by ${madeBy}, run ${runId}` },
  { title: "reason", cell: ({ reason, verdict }) => reason ?? verdict },
  { title: "undone", cell: ({ retiredAt, retiredBy }) => (retiredAt === null ? "" : `${retiredAt} by ${retiredBy}`) },
];

/** One line per student: `maya@school.example: 15 -> 9 XP`. */
export const totalLines = (totals: readonly CorrectedTotal[]): string[] =>
  totals.map((total) => `${printable(whoOf(total))}: ${total.before} -> ${total.after} XP`);

/** `Nice Academy: 1 correction, 6 XP`, and why an app is left alone. */
export const appLines = (apps: readonly PlannedApp[]): string[] =>
  apps.map(({ app, corrections, excessXp, heldBack }) => {
    const name = app ?? "(no app)";
    const line = `${printable(name)}: ${corrections} correction${corrections === 1 ? "" : "s"}, ${excessXp} XP`;
    if (heldBack === null) return line;
    return `${line}; held back: ${heldBack} (to include it: --app ${JSON.stringify(printable(name))}, or name a student)`;
  });

/** The plan by app, as JSON. */
export const appsJson = (apps: readonly PlannedApp[]): JsonValue =>
  apps.map(({ excessXp, ...app }) => ({ ...app, excessXp: xpNumber(excessXp) }));
