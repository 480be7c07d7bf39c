import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import type { Amount } from "../../domain/views/student-day.js";
import { amounts, list, number, numberToken, text } from "./fields.js";
import { type Listing, renderListing } from "./listing.js";

interface Row {
  name: string | null;
  xp: string | null;
  by: readonly Amount[];
  sources: readonly string[];
}

const listing: Listing<Row> = {
  head: { command: "trial", scope: { email: null } },
  rows: "rows",
  fields: [text("name"), number("xp"), amounts("by"), list("sources")],
  columns: [
    { title: "name", cell: ({ name }) => name ?? "-" },
    { title: "XP", align: "right", cell: ({ xp }) => xp ?? "-" },
  ],
};

const row = (changes: Partial<Row>): Row => ({ name: "Ada", xp: "9.00", by: [], sources: [], ...changes });

async function* pagesOf(...pages: Row[][]): AsyncGenerator<Row[]> {
  yield* pages;
}

async function rendered(format: "table" | "json" | "ndjson" | "csv", pages: Row[][], color = false): Promise<string> {
  let all = "";
  for await (const part of renderListing(format, listing, pagesOf(...pages), { color })) all += part;
  return all;
}

test("a number keeps every digit, also where a double would not", () => {
  expect(["15.00", "2.69", "-0.50", "0.00", "90071992547409931.07"].map(numberToken)).toEqual([
    "15",
    "2.69",
    "-0.5",
    "0",
    "90071992547409931.07",
  ]);
  expect([null, "NaN", "Infinity"].map(numberToken)).toEqual(["null", "null", "null"]);
});

test("names keep their order, also those that look like numbers, and none is special", async () => {
  const by = ["(none)", "10", "9", "__proto__"].map((name) => ({ name, value: "1.50" }));
  expect(await rendered("ndjson", [[row({ by })]])).toBe(
    '{"name":"Ada","xp":9,"by":{"(none)":1.5,"10":1.5,"9":1.5,"__proto__":1.5},"sources":[]}\n',
  );
});

test("json is one object over any number of pages, also over none", async () => {
  const head = { command: "trial", scope: { email: null } };
  expect(JSON.parse(await rendered("json", []))).toEqual({ ...head, rows: [] });
  const rows = JSON.parse(await rendered("json", [[row({}), row({ name: null })], [], [row({ xp: null })]]));
  expect(rows).toMatchObject({ ...head, rows: [{ name: "Ada" }, { name: null }, { xp: null }] });
});

test("csv has one header, ends lines with a newline alone, and has the same values as json", async () => {
  const name = 'a "quoted", line\r\nand another';
  const csv = await rendered("csv", [[row({ name })], [row({ name: null, xp: null, sources: ["a", "b"] })]]);
  expect(csv.replace(name.replaceAll('"', '""'), "")).not.toContain("\r");
  expect(parse(csv, { columns: true })).toEqual([
    { name, xp: "9", by: "{}", sources: "[]" },
    { name: "", xp: "", by: "{}", sources: '["a","b"]' },
  ]);
});

test("a table has one header; later pages keep its widths, and nothing is truncated", async () => {
  const pages = [
    [row({ name: "a long name" })],
    [row({ name: "Bo", xp: "10.25" })],
    [row({ name: "an even longer name" })],
  ];
  expect(await rendered("table", pages)).toBe(
    ["name           XP", "a long name  9.00", "Bo           10.25", "an even longer name   9.00", ""].join("\n"),
  );
  expect(await rendered("table", [])).toBe("name  XP\n");
});

test("a table accounts for wide characters, and escapes terminal control sequences", async () => {
  const names = ["数学", "Zoë 🎉", "\u001b[31mred\nline\u202e"];
  expect(await rendered("table", [names.map((name) => row({ name }))])).toBe(
    [
      "name                             XP",
      "数学                           9.00",
      "Zoë 🎉                         9.00",
      "\\u001b[31mred\\u000aline\\u202e  9.00",
      "",
    ].join("\n"),
  );
});

test("only the header of a table is coloured", async () => {
  expect(await rendered("table", [[row({})]], true)).toBe("\u001b[1mname    XP\u001b[22m\nAda   9.00\n");
});
