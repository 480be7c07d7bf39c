import { printable } from "../../domain/values/printable.js";
import type { CodeCount, ListedReject, WholeReject } from "../../domain/views/reject.js";
import { type Field, number, text } from "../formats/fields.js";
import type { Column } from "../formats/table.js";

/** The members of a listed reject, in order. */
export const rejectFields: readonly Field<ListedReject>[] = [
  text("id"),
  text("runId"),
  text("file"),
  number("line"),
  number("byteOffset"),
  text("code"),
  text("reason"),
  text("excerpt"),
  text("firstSeen"),
  text("lastSeen"),
];

/** An address that an editor can jump to: `events.ndjson:17`. */
const addressOf = ({ file, line }: Pick<ListedReject, "file" | "line">): string =>
  line === null ? file : `${file}:${line}`;

/** Address, code and reason. */
export const rejectColumns: readonly Column<ListedReject>[] = [
  { title: "address", cell: addressOf },
  { title: "id", cell: ({ id }) => id },
  { title: "code", cell: ({ code }) => code },
  { title: "reason", cell: ({ reason }) => reason },
];

/** The last line of the table: `3 rejected: 2 not-json, 1 no-time`. */
export function countLine(counts: readonly CodeCount[]): string {
  const all = counts.reduce((sum, { count }) => sum + count, 0);
  return `${all} rejected: ${counts.map(({ code, count }) => `${count} ${printable(code)}`).join(", ")}`;
}

/** The members of a whole reject, in order. */
export const wholeRejectFields: readonly Field<WholeReject>[] = [...rejectFields, number("member"), text("record")];

/** A whole reject for people, one member per line. */
export function describeReject(reject: WholeReject): string {
  const lines: [string, string][] = [
    ["address", addressOf(reject)],
    ["member", `${reject.member} (of its line, from 0)`],
    ["byte", reject.byteOffset ?? "-"],
    ["id", reject.id],
    ["code", reject.code],
    ["reason", reject.reason],
    ["first seen", reject.firstSeen],
    ["last seen", reject.lastSeen],
    ["run", reject.runId],
    ["record", reject.record ?? `not kept; it starts: ${reject.excerpt}`],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}\n`).join("");
}
