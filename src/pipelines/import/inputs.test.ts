import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scratchFolder } from "../../../test/support/scratch.js";
import { type ZipMember, zipOf } from "../../../test/support/zip.js";
import type { CsvFile } from "./csv-file.js";
import { withInputs } from "./inputs.js";
import { defaultZipLimits } from "./zip.js";

const USERS = "sourcedId,email\na,a@x.example\n";

async function read(paths: readonly string[], limits = {}): Promise<Record<string, string>[]> {
  const named = paths.map((path) => ({ name: path, path }));
  return withInputs(named, { ...defaultZipLimits, ...limits }, (packages) =>
    Promise.all(packages.map(async ({ files }) => Object.fromEntries(await Promise.all(files.map(contentOf))))),
  );
}

async function contentOf(file: CsvFile): Promise<[string, string]> {
  const blocks: Buffer[] = [];
  for await (const block of file.open()) blocks.push(block);
  return [file.label, Buffer.concat(blocks).toString()];
}

async function zipFile(members: readonly ZipMember[]): Promise<string> {
  const path = join(await scratchFolder("zip"), "export.zip");
  writeFileSync(path, zipOf(members));
  return path;
}

test("a folder and a zip are read one folder deep; other files in them are ignored", async () => {
  const folder = await scratchFolder("folder");
  for (const below of ["export", "export/deeper", ".git"]) mkdirSync(join(folder, below));
  for (const name of [
    "manifest.csv",
    "export/users.csv",
    "export/deeper/results.csv",
    ".git/users.csv",
    "._users.csv",
    "readme.txt",
  ])
    writeFileSync(join(folder, name), USERS);
  symlinkSync("/nowhere", join(folder, "dangling"));
  const names = [
    "manifest.csv",
    "export/users.csv",
    "export/deeper/results.csv",
    "__MACOSX/._users.csv",
    "__MACOSX/users.csv",
    "a.txt",
  ];
  const zip = await zipFile([{ name: "export/" }, ...names.map((name) => ({ name, text: USERS }))]);
  expect(await read([`${folder}/`, zip])).toEqual([
    { [`${folder}/manifest.csv`]: USERS, [`${folder}/export/users.csv`]: USERS },
    { [`${zip}/manifest.csv`]: USERS, [`${zip}/export/users.csv`]: USERS },
  ]);
});

test("single files form one package, at the position of the first", async () => {
  const folder = await scratchFolder("files");
  const paths = ["users.csv", "results.csv"].map((name) => join(folder, name));
  for (const path of paths) writeFileSync(path, USERS);
  const zip = await zipFile([{ name: "users.csv", text: USERS }]);
  const all = await read([paths[0] ?? "", zip, paths[1] ?? ""]);
  expect(all.map((one) => Object.keys(one))).toEqual([paths, [`${zip}/users.csv`]]);
});

test.each([
  ["file", "users.csv", "outside.csv"],
  ["folder", "inner", "."],
])("a link to a %s outside the folder is refused", async (_, name, target) => {
  const outside = await scratchFolder("outside");
  writeFileSync(join(outside, "outside.csv"), USERS);
  const folder = await scratchFolder("linked");
  symlinkSync(join(outside, target), join(folder, name));
  await expect(read([folder])).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining("outside the folder"),
  });
});

test("a link within the folder is followed", async () => {
  const folder = await scratchFolder("linked");
  writeFileSync(join(folder, "export-2025.txt"), USERS);
  symlinkSync("export-2025.txt", join(folder, "users.csv"));
  expect(await read([folder])).toEqual([{ [`${folder}/users.csv`]: USERS }]);
});

test.each(["../users.csv", "/etc/users.csv", "a/../../users.csv", "C:/users.csv", "..\\users.csv"])(
  "a zip that names %s is refused",
  async (name) => {
    const zip = await zipFile([
      { name: "users.csv", text: USERS },
      { name, text: USERS },
    ]);
    await expect(read([zip])).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining("not safe to read"),
    });
  },
);

test.each<[string, ZipMember[], object, RegExp]>([
  ["encrypted", [{ name: "users.csv", text: USERS, flags: 1 }], {}, /is encrypted/],
  ["of an unknown compression", [{ name: "users.csv", text: USERS, method: 14 }], {}, /method 14/],
  ["with a wrong checksum", [{ name: "users.csv", text: USERS, crc: 1 }], {}, /checksum is wrong/],
  ["with a member larger than it claims", [{ name: "users.csv", text: USERS.repeat(9), size: 20 }], {}, /is damaged/],
  [
    "too large expanded",
    [{ name: "users.csv", text: USERS.repeat(9) }],
    { expandedBytes: 100 },
    /would expand to \d+ bytes.*--max-expanded-bytes/,
  ],
  [
    "that expands too well",
    [{ name: "users.csv", text: USERS.repeat(9e5) }],
    { expansion: { ratio: 250, fromBytes: 1 << 20 } },
    /times its size/,
  ],
  [
    "of too many entries",
    [{ name: "users.csv", text: USERS }, { name: "a.csv" }],
    { entries: 1 },
    /2 entries, more than 1/,
  ],
])("a zip %s is refused before anything is written", async (_, members, limits, why) => {
  const zip = await zipFile(members);
  await expect(read([zip], limits)).rejects.toMatchObject({ exitCode: 3, message: expect.stringMatching(why) });
});

test("a truncated zip, or a file that is not one, is reported as damaged", async () => {
  const zip = await zipFile([{ name: "users.csv", text: USERS }]);
  truncateSync(zip, 60);
  await expect(read([zip])).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining("not a zip file, or a damaged one"),
  });
});

test("a path that does not exist, or is of another kind, is a usage error", async () => {
  const folder = await scratchFolder("paths");
  writeFileSync(join(folder, "users.txt"), USERS);
  await expect(read([join(folder, "none")])).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining("no such file"),
  });
  await expect(read([join(folder, "users.txt")])).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining("neither"),
  });
});
