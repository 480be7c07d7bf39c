import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("no statement names a temp table but by its value, which must be imported", () => {
  const modules = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((path) =>
    /(?<!\.test)\.ts$/.test(path),
  );
  const naming = modules.filter((path) => readFileSync(`src/${path}`, "utf8").includes("pg_temp."));
  expect(naming.sort()).toEqual(["store/engine/temp-table.ts"]);
});
