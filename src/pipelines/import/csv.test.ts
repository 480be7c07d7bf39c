import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BrokenCsv, type CsvRow, readCsv } from "./csv.js";
import type { CsvFile } from "./csv-file.js";

/** A file whose bytes arrive in blocks of `size`. */
function fileOf(content: string | Buffer, size = 7): CsvFile {
  const bytes = Buffer.from(content);
  async function* blocks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  return { label: "users.csv", stem: "users", open: blocks };
}

async function rowsOf(content: string | Buffer, size?: number): Promise<CsvRow[]> {
  const rows: CsvRow[] = [];
  for await (const row of readCsv(fileOf(content, size))) rows.push(row);
  return rows;
}

const expected = [
  { line: 1, cells: ["sourcedId", "email"] },
  { line: 2, cells: ["a", "a@x.example"] },
  { line: 4, cells: ["b", "two\nlines"] },
  { line: 6, cells: ["c", ""] },
];
const text = 'sourcedId,email\na,a@x.example\n\nb,"two\nlines"\nc,\n';

test.each([
  ["LF", text],
  ["no line end at the end", text.trimEnd()],
  ["a BOM", `\ufeff${text}`],
  ["semicolons", text.replaceAll(",", ";")],
  ["tabs", text.replaceAll(",", "\t")],
  ["UTF-16", Buffer.from(`\ufeff${text}`, "utf16le")],
])("rows keep their lines and cells with %s", async (_, content) => {
  expect(await rowsOf(content)).toEqual(expected);
});

test("CR LF counts once, also within a cell and among LF", async () => {
  const inCell = expected.map((row) => ({ ...row, cells: row.cells.map((cell) => cell.replace("\n", "\r\n")) }));
  expect(await rowsOf(text.replaceAll("\n", "\r\n"))).toEqual(inCell);
  expect(await rowsOf("id,b\r\n1,2\n3,4\r\n5,6")).toEqual([
    { line: 1, cells: ["id", "b"] },
    { line: 2, cells: ["1", "2"] },
    { line: 3, cells: ["3", "4"] },
    { line: 4, cells: ["5", "6"] },
  ]);
});

test("blank lines before the header and between rows are numbered, and cells keep their blanks", async () => {
  expect(await rowsOf("\n\nid,b\n\n 1 ,2\n")).toEqual([
    { line: 3, cells: ["id", "b"] },
    { line: 5, cells: [" 1 ", "2"] },
  ]);
});

test("a quote within an unquoted cell is text", async () => {
  expect(await rowsOf('id,b\n1,5" pipe\n2,{"xp":5}\n')).toMatchObject([
    {},
    { cells: ["1", '5" pipe'] },
    { cells: ["2", '{"xp":5}'] },
  ]);
});

test("text after a closing quote is kept with its quotes, so that a cell which must not hold any is refused", async () => {
  expect(await rowsOf('id,b\n"1"x,2\n"3" ,"4" y\n')).toMatchObject([
    {},
    { cells: ['"1"x', "2"] },
    { cells: ['"3" ', '"4" y'] },
  ]);
});

test("rows of another width are returned as they are", async () => {
  expect((await rowsOf("id,b\n1\n1,2,3\n")).map(({ cells }) => cells.length)).toEqual([2, 1, 3]);
});

test("an unclosed quote ends the file at its record", async () => {
  const seen: CsvRow[] = [];
  const reading = (async () => {
    for await (const row of readCsv(fileOf('id,b\n1,2\n3,"x\n4,5\n'))) seen.push(row);
  })();
  await expect(reading).rejects.toThrow(BrokenCsv);
  await expect(reading).rejects.toMatchObject({ line: 3 });
  expect(seen).toHaveLength(2);
});

test("an unclosed quote does not read a large file into memory", async () => {
  const content = `id,b\n1,2\n3,"x\n${"4,y\n".repeat(3 << 20)}`;
  await expect(rowsOf(content, 1 << 16)).rejects.toMatchObject({
    line: 3,
    message: expect.stringContaining("longer than 4 MiB"),
  });
});

test("whatever a CSV writer writes is read back, cell by cell", async () => {
  const cell = fc.string({ unit: fc.constantFrom("a", "é", "😀", ",", ";", '"', "\n", "\r\n", " ") });
  const row = fc.tuple(fc.constant("id"), cell, cell);
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 40 }),
      async (rows, size) => {
        const written = stringify([["id", "b", "c"], ...rows], { quoted: true });
        expect((await rowsOf(written, size)).slice(1).map(({ cells }) => cells)).toEqual(rows);
      },
    ),
    { numRuns: 200 },
  );
});
