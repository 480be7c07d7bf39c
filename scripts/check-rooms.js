// Checks the rules of .dependency-cruiser.cjs, and that every module was looked at: a parser that does not know our
// TypeScript would otherwise see no imports, and pass.
import { readdirSync } from "node:fs";
import { cruise } from "dependency-cruiser";
import extractDepcruiseOptions from "dependency-cruiser/config-utl/extract-depcruise-options";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";

const options = await extractDepcruiseOptions("./.dependency-cruiser.cjs");
const tsConfig = extractTSConfig("./tsconfig.json");
const { output } = await cruise(["src"], { ...options, validate: true }, undefined, { tsConfig });

const faults = output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);

const cruised = new Set(output.modules.map(({ source }) => source));
const present = readdirSync("src", { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name))
  .map((entry) => `${entry.parentPath}/${entry.name}`.replaceAll("\\", "/"));
faults.push(...present.filter((path) => !cruised.has(path)).map((path) => `not looked at: ${path}`));
const dependencies = output.modules.flatMap((module) => (module.source.startsWith("src/") ? module.dependencies : []));
if (dependencies.length === 0) faults.push("no import was found at all");

for (const fault of faults) process.stderr.write(`${fault}\n`);
process.stdout.write(`${present.length} modules, ${dependencies.length} imports, ${faults.length} faults\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
