import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("statements name temp tables only by their imported value", () => {
  const modules = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((path) =>
    /(?<!\.test)\.ts$/.test(path),
  );
  const naming = modules.filter((path) => readFileSync(`src/${path}`, "utf8").includes("pg_temp."));
  expect(naming.sort()).toEqual(["store/engine/temp-table.ts"]);
});
