import type { BalanceDay } from "../../domain/findings/balance.js";
import { type Field, number, text } from "../formats/fields.js";
import type { Column } from "../formats/table.js";

const causesOf = ({ causes }: BalanceDay): string =>
  `{${causes.map(({ kind, xp }) => `${JSON.stringify(kind)}:${xp}`).join(",")}}`;

/** The members of a day of the trial balance, in order. */
export const balanceFields: readonly Field<BalanceDay>[] = [
  text("studentId"),
  text("email"),
  text("date"),
  number("counted"),
  number("truth"),
  { key: "causes", json: causesOf, csv: causesOf },
  number("unexplained"),
];

/** The columns of the balance for people. */
export const balanceColumns: readonly Column<BalanceDay>[] = [
  { title: "student", cell: ({ email, studentId }) => email ?? studentId },
  { title: "date", cell: ({ date }) => date },
  { title: "counted", align: "right", cell: ({ counted }) => counted },
  { title: "true", align: "right", cell: ({ truth }) => truth },
  { title: "causes", cell: ({ causes }) => causes.map(({ kind, xp }) => `${kind} ${xp}`).join(", ") || "-" },
  { title: "unexplained", align: "right", cell: ({ unexplained }) => unexplained },
];
