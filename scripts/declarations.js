// Writes the types of the library (src/library.ts) to dist/types, and only those that it leads to.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const FOLDER = resolve("dist/types");
const found = new Set();

function follow(file) {
  if (found.has(file) || !existsSync(file)) return;
  found.add(file);
  for (const [, path] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"(\.[^"]*)\.js"/g))
    follow(resolve(dirname(file), `${path}.d.ts`));
}

execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.library.json"], {
  stdio: "inherit",
});
follow(join(FOLDER, "library.d.ts"));
for (const file of readdirSync(FOLDER, { recursive: true }).filter((one) => one.endsWith(".d.ts")))
  if (!found.has(join(FOLDER, file))) rmSync(join(FOLDER, file));
