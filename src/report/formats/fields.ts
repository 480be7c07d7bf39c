import { decimalText } from "../../domain/values/decimal.js";
import type { Amount } from "../../domain/views/student-day.js";

/** Encodes the text of a CSV cell: unchanged, or made harmless for spreadsheets (`spreadsheetText`). */
export type CellText = (text: string) => string;

/** One member of an answer, and its encodings. */
export interface Field<Row> {
  key: string;
  /** A JSON value. */
  json(row: Row): string;
  /** Text of a CSV cell; empty for null. Text, unlike numbers and JSON, passes through `written`. */
  csv(row: Row, written: CellText): string;
}

/** A JSON number with every digit of the decimal text, without trailing zeros; `null` for null and for NaN. */
export function numberToken(decimal: string | null): string {
  return (decimal === null ? null : decimalText(decimal)) ?? "null";
}

/** Text, or null. */
export const text = <Key extends string>(key: Key): Field<Readonly<Record<Key, string | null>>> => ({
  key,
  json: (row) => JSON.stringify(row[key]),
  csv: (row, written) => written(row[key] ?? ""),
});

/** Exact decimal text, or null, written as a number. */
export const number = <Key extends string>(key: Key): Field<Readonly<Record<Key, string | null>>> => {
  const json = (row: Readonly<Record<Key, string | null>>) => numberToken(row[key]);
  return { key, json, csv: (row) => (row[key] === null ? "" : json(row)) };
};

/** Amounts by name, written as an object in their order. */
export const amounts = <Key extends string>(key: Key): Field<Readonly<Record<Key, readonly Amount[]>>> => {
  const json = (row: Readonly<Record<Key, readonly Amount[]>>) =>
    `{${row[key].map(({ name, value }) => `${JSON.stringify(name)}:${numberToken(value)}`).join(",")}}`;
  return { key, json, csv: json };
};

/** A list of texts. */
export const list = <Key extends string>(key: Key): Field<Readonly<Record<Key, readonly string[]>>> => {
  const json = (row: Readonly<Record<Key, readonly string[]>>) => JSON.stringify(row[key]);
  return { key, json, csv: json };
};

/** JSON text, written as it is, or null. */
export const jsonMember = <Key extends string>(key: Key): Field<Readonly<Record<Key, string | null>>> => ({
  key,
  json: (row) => row[key] ?? "null",
  csv: (row) => row[key] ?? "",
});

/** One JSON object on one line. */
export const jsonObject = <Row>(row: Row, fields: readonly Field<Row>[]): string =>
  `{${fields.map((field) => `${JSON.stringify(field.key)}:${field.json(row)}`).join(",")}}`;
