import { stringify } from "csv-stringify/sync";
import { type Field, jsonObject } from "./fields.js";
import { type Column, renderTable } from "./table.js";

/** A list that a command answers with. */
export interface Listing<Row> {
  /** The first members of the `json` object: the command and what was asked for. */
  head: Readonly<Record<string, unknown>>;
  /** Name of the member that holds the rows. */
  rows: string;
  fields: readonly Field<Row>[];
  columns: readonly Column<Row>[];
}

/** Rows as they come from the database, some at a time. */
export type Pages<Row> = AsyncIterable<readonly Row[]>;

/** The text of a list, page by page: it holds one page. */
export function renderListing<Row>(
  format: "table" | "json" | "ndjson" | "csv",
  listing: Listing<Row>,
  pages: Pages<Row>,
  style: { color: boolean },
): AsyncGenerator<string> {
  if (format === "json") return json(listing, pages);
  if (format === "ndjson") return ndjson(listing, pages);
  if (format === "csv") return csv(listing, pages);
  return renderTable(listing.columns, pages, style);
}

async function* ndjson<Row>({ fields }: Listing<Row>, pages: Pages<Row>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((row) => `${jsonObject(row, fields)}\n`).join("");
}

async function* json<Row>({ head, rows, fields }: Listing<Row>, pages: Pages<Row>): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},${JSON.stringify(rows)}:[`;
  let first = true;
  for await (const page of pages) {
    if (page.length === 0) continue;
    const objects = page.map((row) => `\n${jsonObject(row, fields)}`).join(",");
    yield first ? objects : `,${objects}`;
    first = false;
  }
  yield first ? "]}\n" : "\n]}\n";
}

async function* csv<Row>({ fields }: Listing<Row>, pages: Pages<Row>): AsyncGenerator<string> {
  const lines = (records: string[][]) => stringify(records, { record_delimiter: "\n" });
  yield lines([fields.map(({ key }) => key)]);
  for await (const page of pages) yield lines(page.map((row) => fields.map((field) => field.csv(row))));
}
