import type Table from "cli-table3";
import { printable } from "../../domain/values/printable.js";

/** A column of a table for people. */
export interface Column<Row> {
  title: string;
  align?: "left" | "right";
  cell(row: Row): string;
}

const GAP = 2;
const BORDERLESS = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "",
};

/** Aligned lines, and the resulting column widths. */
function layOut(
  Maker: typeof Table,
  cells: readonly string[][],
  aligns: ("left" | "right")[],
): { lines: string[]; widths: number[] } {
  const style = { "padding-left": 0, "padding-right": GAP, head: [], border: [], compact: true };
  const table = new Maker({ chars: BORDERLESS, colAligns: aligns, style });
  table.push(...cells.map((row) => [...row]));
  const lines = table.toString().split("\n");
  const widths = table.options.colWidths.map((width) => (width ?? GAP) - GAP);
  return { lines: lines.map((line) => line.trimEnd()), widths };
}

const bold = (line: string): string => `\u001b[1m${line}\u001b[22m`;

/**
 * Renders a table page by page; holds one page. A column is as wide as its widest cell so far: nothing is truncated, and later pages
 * can only be wider. Terminal control sequences are escaped.
 */
export async function* renderTable<Row>(
  columns: readonly Column<Row>[],
  pages: AsyncIterable<readonly Row[]>,
  { color }: { color: boolean },
): AsyncGenerator<string> {
  const { default: Maker } = await import("cli-table3"); // most answers are no tables
  const aligns = columns.map(({ align }) => align ?? "left");
  const titles = columns.map(({ title }) => title);
  let widths = titles.map(() => 0);
  let titled = false;
  const render = (rows: readonly Row[]): string => {
    const ruler = widths.map((width) => "-".repeat(width));
    const body = rows.map((row) => columns.map(({ cell }) => printable(cell(row))));
    const laid = layOut(Maker, [ruler, ...(titled ? [] : [titles]), ...body], aligns);
    const lines = laid.lines.slice(1);
    if (!titled && color) lines[0] = bold(lines[0] ?? "");
    widths = laid.widths;
    titled = true;
    return lines.map((line) => `${line}\n`).join("");
  };
  for await (const page of pages) yield render(page);
  if (!titled) yield render([]);
}
