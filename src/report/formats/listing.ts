import { type JsonValue, jsonText } from "../../domain/values/json-text.js";
import { type CellText, type Field, jsonObject } from "./fields.js";
import { spreadsheetText, visibleCell } from "./spreadsheet-text.js";
import { type Column, renderTable } from "./table.js";

/** A list that a command answers with. */
export interface Listing<Row> {
  /** The first members of the `json` object: the command and what was asked for. */
  head: Readonly<Record<string, JsonValue>>;
  /** Name of the member that holds the rows. */
  rows: string;
  fields: readonly Field<Row>[];
  /** A row as JSON on one line, where that is not made of the fields. */
  object?: (row: Row) => string;
  columns: readonly Column<Row>[];
}

/** Rows as they come from the database, some at a time. */
export type Pages<Row> = AsyncIterable<readonly Row[]>;

/** How a list is written. */
export interface ListingStyle {
  color: boolean;
  /** CSV as the data is, for machines; otherwise no cell is a formula to a spreadsheet. */
  raw?: boolean | undefined;
}

/** The text of a list, page by page: it holds one page. */
export function renderListing<Row>(
  format: "table" | "json" | "ndjson" | "csv",
  listing: Listing<Row>,
  pages: Pages<Row>,
  style: ListingStyle,
): AsyncGenerator<string> {
  if (format === "json") return json(listing, pages);
  if (format === "ndjson") return ndjson(listing, pages);
  if (format === "csv") return csv(listing, pages, style.raw ? AS_IT_IS : HARMLESS);
  return renderTable(listing.columns, pages, style);
}

/** What is done with the text of a cell, then with all of it. */
interface CellStyle {
  text: CellText;
  cell: CellText;
}

const AS_IT_IS: CellStyle = { text: (text) => text, cell: (cell) => cell };
const HARMLESS: CellStyle = { text: spreadsheetText, cell: visibleCell };

const objectOf = <Row>({ fields, object }: Listing<Row>): ((row: Row) => string) =>
  object ?? ((row) => jsonObject(row, fields));

async function* ndjson<Row>(listing: Listing<Row>, pages: Pages<Row>): AsyncGenerator<string> {
  const object = objectOf(listing);
  for await (const page of pages) yield page.map((row) => `${object(row)}\n`).join("");
}

async function* json<Row>(listing: Listing<Row>, pages: Pages<Row>): AsyncGenerator<string> {
  const object = objectOf(listing);
  yield `${jsonText(listing.head).slice(0, -1)},${JSON.stringify(listing.rows)}:[`;
  let first = true;
  for await (const page of pages) {
    if (page.length === 0) continue;
    const objects = page.map((row) => `\n${object(row)}`).join(",");
    yield first ? objects : `,${objects}`;
    first = false;
  }
  yield first ? "]}\n" : "\n]}\n";
}

async function* csv<Row>(
  { fields }: Listing<Row>,
  pages: Pages<Row>,
  { text, cell }: CellStyle,
): AsyncGenerator<string> {
  const { stringify } = await import("csv-stringify/sync");
  const lines = (records: string[][]) => stringify(records, { record_delimiter: "\n" });
  yield lines([fields.map(({ key }) => key)]);
  for await (const page of pages) yield lines(page.map((row) => fields.map((field) => cell(field.csv(row, text)))));
}
