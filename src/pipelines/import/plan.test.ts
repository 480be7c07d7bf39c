import { expect, test } from "vitest";
import type { CsvFile } from "./csv-file.js";
import { planImport } from "./plan.js";

const fileOf = (name: string, text: string): CsvFile => ({
  label: `export/${name}.csv`,
  stem: name.toLowerCase(),
  async *open() {
    yield Buffer.from(text);
  },
});

const plan = (files: Record<string, string>, dumpsReplace = false) =>
  planImport([{ label: "export", files: Object.entries(files).map(([name, text]) => fileOf(name, text)) }], {
    dumpsReplace,
  });

const modes = async (files: Record<string, string>, dumpsReplace?: boolean) =>
  Object.fromEntries((await plan(files, dumpsReplace)).files.map(({ mapping, mode }) => [mapping.table.name, mode]));

const USERS = "sourcedId,status,dateLastModified,email\n";

test("the manifest says what is bulk and what is delta", async () => {
  const manifest =
    "propertyName,value\nmanifest.version,1.0\nfile.users,delta\nfile.lineItems,bulk\nfile.results,absent\nfile.orgs,bulk\n";
  expect(await modes({ manifest, users: `${USERS}a,,,\n`, lineItems: "sourcedId\nli,\n" })).toEqual({
    users: "delta",
    assessment_line_items: "bulk",
  });
});

test.each([
  ["bulk", "a,,,\nb,,,\n"],
  ["delta", "a,,,\nb,active,,\n"],
  ["delta", "a,,2025-03-01T00:00:00Z,\n"],
  ["delta", ""], // a file without rows must not empty a table
])("without a manifest a file is %s by its rows", async (mode, rows) => {
  expect(await modes({ users: USERS + rows })).toEqual({ users: mode });
});

test("dumps are upserted, or replace everything on request", async () => {
  const files = { users: "sourced_id,email\na,b\n" };
  expect([await modes(files), await modes(files, true)]).toEqual([{ users: "upsert" }, { users: "bulk" }]);
});

test("files that are not imported are listed", async () => {
  expect(await plan({ users: USERS, orgs: "sourcedId\n", enrollments: "sourcedId\n" })).toMatchObject({
    ignored: ["export/orgs.csv", "export/enrollments.csv"],
  });
});

test("unused columns of a dump are listed", async () => {
  expect((await plan({ users: "sourced_id,shoe_size\n" })).warnings).toEqual([
    "export/users.csv: columns that are not used: shoe_size",
  ]);
});

test.each<[string, Record<string, string>, RegExp]>([
  ["every faulty header at once", { users: "id\n", results: "sourcedId\n" }, /users\.csv: .*; .*results\.csv: /],
  ["a header with an open quote", { users: 'sourcedId,"email\na,b\n' }, /users\.csv: in its header, a quote is opened/],
  ["an empty file", { users: "" }, /users\.csv: is empty/],
  ["a folder without any known file", { orgs: "sourcedId\n" }, /none of its files is recognised \(orgs\.csv\)/],
  [
    "a manifest that lists a missing file",
    { manifest: "file.users,bulk\nfile.results,bulk\n", users: USERS },
    /lists results\.csv/,
  ],
  [
    "an unknown mode",
    { manifest: "file.users,full\n", users: USERS },
    /manifest\.csv:1: file\.users must be bulk, delta or absent/,
  ],
  ["two files of one table", { results: "sourcedId\n", assessment_results: "sourced_id\n" }, /same table/],
])("%s is refused in one line", async (_, files, why) => {
  await expect(plan(files)).rejects.toMatchObject({ exitCode: 3, message: expect.stringMatching(why) });
});

test("an empty folder is a usage error", async () => {
  await expect(plan({})).rejects.toMatchObject({ exitCode: 2, message: "export: holds no CSV file" });
});
