import { type JsonValue, jsonText } from "../../domain/values/json-text.js";
import { type CellText, type Field, jsonObject } from "./fields.js";
import { spreadsheetText, visibleCell } from "./spreadsheet-text.js";
import { type Column, renderTable } from "./table.js";

/** The list that a command prints. */
export interface Listing<Row> {
  /** First members of the `json` object: the command and its options. */
  head: Readonly<Record<string, JsonValue>>;
  /** Name of the member with the rows. */
  rows: string;
  fields: readonly Field<Row>[];
  /** A row as JSON on one line, if not built from the fields. */
  object?: (row: Row) => string;
  columns: readonly Column<Row>[];
}

/** Rows from the database, page by page. */
export type Pages<Row> = AsyncIterable<readonly Row[]>;

/** Output options of a list. */
export interface ListingStyle {
  color: boolean;
  /** Unmodified CSV, for machines; by default cells that spreadsheets would run as formulas are escaped. */
  raw?: boolean | undefined;
}

/** Renders a list page by page; holds one page. */
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

/** Encoders for the text of a cell, then for the whole cell. */
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
