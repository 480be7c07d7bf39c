// Bundles main.ts, as `npm run bundle` does the program, and runs it: node test/populations/run.js --out <folder> …
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const here = fileURLToPath(new URL(".", import.meta.url));
const scratch = mkdtempSync(join(here, ".bundle-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
const file = join(scratch, "main.mjs");
const bundle = await rolldown({ input: join(here, "main.ts"), platform: "node", external: [/^csv-stringify/] });
await bundle.write({ file, format: "esm" });
await bundle.close();
await import(pathToFileURL(file).href);
