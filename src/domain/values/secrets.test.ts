import { expect, test } from "vitest";
import { safeArguments, safeComplaint, withoutPasswords } from "./secrets.js";

test.each([
  ["unknown option '--db=postgres://etl:secret@db/x'", "unknown option '--db=postgres://etl:***@db/x'"],
  ["postgres://etl:se/c@r#et@db/x is no file", "postgres://etl:***@db/x is no file"],
  ["postgresql://:secret@db and redis://:secret@r", "postgresql://:***@db and redis://:***@r"],
  ["postgres://db/x?user=a&password=secret&ssl=1", "postgres://db/x?user=a&password=***&ssl=1"],
])("%s", (text, expected) => {
  expect(withoutPasswords(text)).toBe(expected);
});

test.each([
  "postgres://etl@db:5432/x",
  "this user needs a password: put it into the URL",
  "https://host/users/u1 of ada@school.example",
  "a:b@c",
])("%s has no password and stays", (text) => {
  expect(withoutPasswords(text)).toBe(text);
});

const SECRET = "s3cret-marker";

test.each([
  [
    ["ingest", "a.ndjson", "-q"],
    ["ingest", "a.ndjson", "-q"],
  ],
  [
    ["--database-url", `postgres://etl:${SECRET}@db:5432/app?sslmode=require`],
    ["--database-url", "postgres://***@db:5432/app?***"],
  ],
  [[`--source-url=postgres://etl:${SECRET}@[::1]/app`], ["--source-url=postgres://***@[::1]/app"]],
  [
    ["--database-url", "postgres://db/app"],
    ["--database-url", "postgres://db/app"],
  ],
  [
    ["--set", "link-window=60", "--since", "2025-03-01T00:00:00Z"],
    ["--set", "link-window=60", "--since", "2025-03-01T00:00:00Z"],
  ],
  [
    ["repair", "--reason", `password=${SECRET} is wrong`],
    ["repair", "--reason", "password=*** is wrong"],
  ],
])("the run log keeps %j as %j", (words, kept) => {
  expect(safeArguments(words)).toEqual(kept);
});

test.each([
  `postgres://etl:${SECRET}@db/app`,
  `postgres://etl:pre@${SECRET}/x?#y@db/app`,
  `postgres://etl:pre ${SECRET}@db/app`,
  `postgres://${SECRET}@db/app`,
  `postgres://etl:${SECRET}`,
  `postgres:///app?host=/run&password=${SECRET}`,
  `postgres://db/app?options=-c%20password%3D${SECRET}`,
  `postgres%3A%2F%2Fetl%3A${SECRET}%40db%2Fapp`,
  `see postgres://etl:${SECRET}@db/app`,
  `host=db user=etl password=${SECRET}`,
  `host=db password='two \\' words ${SECRET}'`,
  `PGPASSWORD=${SECRET}`,
  `{"password": "${SECRET}"}`,
  `password%3D${SECRET}`,
])("the run log never keeps the password of %s", (word) => {
  for (const words of [[word], ["--database-url", word], [`--source-url=${word}`], ["--reason", word]])
    expect(JSON.stringify(safeArguments(words))).not.toContain(SECRET);
});

test("an error message quotes the command line without passwords, and otherwise unchanged", () => {
  const typed = [
    `postgres://etl:my ${SECRET}@db/x`,
    `--lock-wait=host=db password='a ${SECRET}'`,
    "-q",
    "--database-url=a",
  ];
  const said = (words: readonly string[]) =>
    `unknown ${words[0]}; argument '${words[1]?.slice("--lock-wait=".length)}'; a plan`;
  expect(safeComplaint(said(typed), typed)).toBe(
    "unknown postgres://***@db/x; argument 'host=db password=***'; a plan",
  );
});
