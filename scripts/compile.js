// Keeps V8's compiled code of dist beside it (bin/load.js). Only functions that were called are in it, so the demo's
// story is carried out first: loading, deriving, auditing, answering.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { keep, loadToKeep } from "../bin/load.js";

const FIXTURE = "fixtures/era-guide-bug";
const STUDENT = "maya.chen@alphaschool.example";

setFlagsFromString("--no-flush-bytecode"); // else V8 forgets what was not called for a while
const { buildProgram, main } = loadToKeep("cli.js");

/** `--help`, without a word. */
function askForHelp() {
  const shell = { version: "", signal: new AbortController().signal, exitWith() {} };
  const program = buildProgram(shell).configureOutput({ writeOut() {} });
  try {
    program.parse(["--help"], { from: "user" });
  } catch (error) {
    if (error.code !== "commander.helpDisplayed") throw error;
  }
}

async function tellStory(home) {
  const run = async (code, ...args) => {
    const ended = await main([process.execPath, "timeback", ...args, "--data-dir", home, "-q"]);
    if (ended !== code) throw new Error(`timeback ${args.join(" ")} ended with ${ended}`);
  };
  const answer = join(home, "answer");
  await run(0, "ingest", `${FIXTURE}/events.ndjson`);
  await run(0, "import", "oneroster", `${FIXTURE}/source`);
  await run(0, "etl", "oneroster");
  await run(0, "report", STUDENT, "--output", answer);
  for (const format of ["json", "table"]) await run(1, "audit", STUDENT, "--format", format, "--output", answer);
}

for (const name of ["DATABASE_URL", "ONEROSTER_DATABASE_URL"]) delete process.env[name];
const home = mkdtempSync(join(tmpdir(), "timeback-compile-"));
try {
  askForHelp();
  await tellStory(home);
  setFlagsFromString("--flush-bytecode"); // compiled code is taken only where the flags are the same
  keep();
} finally {
  rmSync(home, { recursive: true, force: true });
}
process.exit(); // PGlite leaves handles behind that keep the process alive
