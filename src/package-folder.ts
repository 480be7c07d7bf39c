import { readFileSync } from "node:fs";

/** The folder of this package: both `src` and the built `dist` (scripts/bundle.js keeps it flat) lie directly in it. */
export const packageFolder = new URL("../", import.meta.url);

/** The version of this package. */
export function packageVersion(): string {
  const file = new URL("package.json", packageFolder);
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
  return version;
}
