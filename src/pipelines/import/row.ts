import { copyRow } from "../../store/copy/text-rows.js";
import { readCell } from "./cell.js";
import type { CsvRow } from "./csv.js";
import type { Mapping } from "./header.js";
import { jsonFault } from "./json-cell.js";

/** A blank row, or why it is rejected. `id` is null if even the id cannot be read. */
type NoRow = { kind: "blank" } | { kind: "rejected"; id: string | null; code: RowFault; reason: string };

/** A row as COPY text. */
export type RowReading = { kind: "row"; copy: string } | NoRow;

/** A row as values by column. */
export type ValuesReading = { kind: "values"; values: ReadonlyMap<string, string> } | NoRow;

/** Machine-readable reason of a row's reject. */
export type RowFault = "csv-ragged-row" | "csv-missing-value" | "csv-invalid-value" | "csv-encoding";

/** Characters that were not decodable, or that the database cannot store. */
const UNSTORABLE = /\0|\ufffd|\p{Cs}/u;
const SHOWN_LENGTH = 60;

type Values = Map<string, string>;
type Fault = { code: RowFault; reason: string };

/** Columns of the COPY text after `line`, in its order. */
export function copyColumns({ columns, keys, table }: Mapping): string[] {
  const named = columns.map(({ column }) => column);
  const derived = named.filter((column) => table.columns[column] === "moment").map(dayColumn);
  return [
    ...new Set([
      "sourced_id",
      "status",
      "date_last_modified",
      ...named,
      ...derived,
      ...(keys.length > 0 ? ["metadata"] : []),
    ]),
  ];
}

/** The column that flags whether a `moment` is a day. */
const dayColumn = (column: string): string => `${column}_is_day`;

/** Reads one row into the columns that `copyColumns` names. */
export function readRow(mapping: Mapping, columns: readonly string[], row: CsvRow): RowReading {
  const reading = readValuesOf(mapping, row);
  if (reading.kind !== "values") return reading;
  return { kind: "row", copy: copyRow([row.line, ...columns.map((column) => reading.values.get(column) ?? null)]) };
}

/** Reads one row as text by column, as PostgreSQL accepts it. A row without a status is active; blank cells are absent. */
export function readValuesOf(mapping: Mapping, { cells }: CsvRow): ValuesReading {
  if (cells.every((cell) => cell.trim() === "")) return { kind: "blank" };
  const values: Values = new Map([["status", "active"]]);
  const fault =
    widthFault(mapping, cells) ??
    readValues(mapping, cells, values) ??
    readKeys(mapping, cells, values) ??
    missing(mapping, values);
  if (fault) return { kind: "rejected", id: idOf(mapping, cells), ...fault };
  return { kind: "values", values };
}

/** In a ragged row only the first cell can be trusted. */
function idOf({ columns, names }: Mapping, cells: readonly string[]): string | null {
  const at = columns.find(({ column }) => column === "sourced_id")?.at ?? 0;
  const text = (cells[at] ?? "").trim();
  const isSure = cells.length === names.length || at === 0;
  return !isSure || text === "" || text.includes('"') || UNSTORABLE.test(text) ? null : text;
}

function widthFault({ names }: Mapping, cells: readonly string[]): Fault | undefined {
  if (cells.length === names.length) return undefined;
  return { code: "csv-ragged-row", reason: `the row has ${cells.length} cells, the header ${names.length}` };
}

function missing({ table }: Mapping, values: Values): Fault | undefined {
  const wanting = table.required.filter((column) => !values.has(column));
  return wanting.length === 0 ? undefined : { code: "csv-missing-value", reason: `${wanting.join(", ")}: is empty` };
}

function readValues(mapping: Mapping, cells: readonly string[], values: Values): Fault | undefined {
  for (const { at, column } of mapping.columns) {
    const text = (cells[at] ?? "").trim();
    const fault = text === "" ? undefined : readValue(mapping, column, text, values);
    if (fault) return fault;
  }
  return undefined;
}

function readValue({ table }: Mapping, column: string, text: string, values: Values): Fault | undefined {
  if (UNSTORABLE.test(text)) return unstorable(column);
  const cell = readCell(table.columns[column] ?? "text", text);
  if (!cell.ok) return { code: "csv-invalid-value", reason: `${column}: ${cell.why}, found "${shown(text)}"` };
  values.set(column, cell.value);
  if (cell.isDay !== undefined && !values.has(dayColumn(column))) values.set(dayColumn(column), String(cell.isDay));
  return undefined;
}

/** Values stay text, except JSON lists and objects. */
function readKeys({ keys }: Mapping, cells: readonly string[], values: Values): Fault | undefined {
  const members: string[] = [];
  for (const { at, key } of keys) {
    const text = cells[at] ?? "";
    if (text.trim() === "") continue;
    if (UNSTORABLE.test(text)) return unstorable(`metadata.${key}`);
    const isJson = /^\s*[[{]/.test(text) && jsonFault(text) === undefined;
    members.push(`${JSON.stringify(key)}:${isJson ? text : JSON.stringify(text)}`);
  }
  if (members.length > 0) values.set("metadata", `{${members.join(",")}}`);
  return undefined;
}

const unstorable = (column: string): Fault => ({
  code: "csv-encoding",
  reason: `${column}: holds bytes that are not UTF-8, or a zero byte`,
});

const shown = (text: string): string => (text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}…`);
