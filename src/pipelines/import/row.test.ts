import { expect, test } from "vitest";
import { type Mapping, readHeader, tableFor } from "./header.js";
import { copyColumns, readRow } from "./row.js";

function mappingOf(stem: string, header: string): Mapping {
  const table = tableFor(stem);
  if (!table) throw new Error(`no table for ${stem}`);
  const reading = readHeader(table, header.split(","));
  if (!reading.ok) throw new Error(reading.why);
  return reading.mapping;
}

/** A row as a record of its non-null columns, or its reject. */
function read(mapping: Mapping, cells: string[]): unknown {
  const columns = copyColumns(mapping);
  const reading = readRow(mapping, columns, { line: 9, cells });
  if (reading.kind !== "row") return reading;
  const values = reading.copy.trimEnd().split("\t").slice(1);
  return Object.fromEntries(columns.map((column, i) => [column, values[i]]).filter(([, value]) => value !== "\\N"));
}

const results = mappingOf(
  "results",
  "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreDate,metadata.xp,metadata.timeback.xp,metadata.tags,classSourcedId",
);

test("a OneRoster result: extension columns become metadata, a day is flagged as one, a blank status is active", () => {
  expect(read(results, ["ar-1", "", "", "li-1", "s-1", "2025-03-01", "5", "5.0", '["a"]', "c"])).toEqual({
    sourced_id: "ar-1",
    status: "active",
    assessment_line_item_sourced_id: "li-1",
    student_sourced_id: "s-1",
    score_date: "2025-03-01 00:00:00.000000",
    score_date_is_day: "true",
    metadata: '{"xp":"5","timeback.xp":"5.0","tags":["a"]}',
  });
});

test("empty extension cells are absent, and broken JSON in one stays text", () => {
  expect(read(results, ["ar-1", "", "", "li-1", "s-1", "2025-03-01T08:00:00Z", "", " ", "[a", ""])).toMatchObject({
    score_date_is_day: "false",
    metadata: '{"tags":"[a"}',
  });
});

test("a dump has the database's own names; unknown columns are listed, not refused", () => {
  const dump = mappingOf("assessment_line_items", "sourced_id,status,parent_sourced_id,metadata,created_by");
  expect(dump).toMatchObject({ dialect: "dump", unknown: ["created_by"] });
  expect(read(dump, ["li-1", "tobedeleted", "li-0", '{"a":1}', "me"])).toEqual({
    sourced_id: "li-1",
    status: "tobedeleted",
    parent_sourced_id: "li-0",
    metadata: '{"a":1}',
  });
});

test("line items name their parent in several ways", () => {
  for (const name of ["parentSourcedId", "parentLineItem", "parentLineItemSourcedId"])
    expect(read(mappingOf("lineitems", `sourcedId,${name}`), ["a", "b"])).toMatchObject({ parent_sourced_id: "b" });
});

const row = (changes: Record<number, string>) =>
  ["ar-1", "", "", "li-1", "s-1", "2025-03-01", "", "", "", ""].map((cell, i) => changes[i] ?? cell);

test.each([
  ["a ragged row", ["ar-1", "x"], "csv-ragged-row", "ar-1"],
  ["no id", row({ 0: "" }), "csv-missing-value", null],
  ["no score date", row({ 5: "" }), "csv-missing-value", "ar-1"],
  ["an invalid date", row({ 5: "2025-02-30" }), "csv-invalid-value", "ar-1"],
  ["bytes that are not UTF-8", row({ 3: "li\ufffd" }), "csv-encoding", "ar-1"],
  ["a zero byte", row({ 6: "5\0" }), "csv-encoding", "ar-1"],
])("%s costs the row, and its id is known where it can be", (_, cells, code, id) => {
  expect(read(results, cells)).toMatchObject({ kind: "rejected", code, id });
});

test("a ragged row has no id unless the id is the first cell", () => {
  const users = mappingOf("users", "status,sourcedId,email");
  expect(read(users, ["active", "u-1"])).toMatchObject({ kind: "rejected", id: null });
});

test("a row of blank cells is skipped", () => expect(read(results, ["", " "])).toEqual({ kind: "blank" }));

test.each([
  ["users", "id,email", /neither sourcedId .* nor sourced_id/],
  ["users", "sourcedId,email,email", /two of its columns are email/],
  [
    "lineitems",
    "sourcedId,parentLineItem,parentSourcedId",
    /two of its columns are parent_sourced_id: parentLineItem, parentSourcedId/,
  ],
  ["users", "sourcedId,metadata,metadata.xp", /both a column metadata/],
  ["results", "sourcedId,scoreDate", /no column lineItemSourcedId, studentSourcedId/],
  ["assessment_results", "sourced_id,score_date", /no column assessment_line_item_sourced_id, student_sourced_id/],
])("%s with the header %s is refused", (stem, header, why) => {
  const table = tableFor(stem);
  expect(table && readHeader(table, header.split(","))).toMatchObject({ ok: false, why: expect.stringMatching(why) });
});
