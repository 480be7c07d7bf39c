// Keeps V8's compiled code of dist beside it (bin/load.js). Only functions that were called are in it, and every one costs
// a little to load: so what people wait for is called here (help, and the answers about one student), the rest elsewhere.
import { spawnSync } from "node:child_process";
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
  const program = buildProgram({ version: "", helpWidth: () => 80, printHelp() {} });
  try {
    program.parse(["--help"], { from: "user" });
  } catch (error) {
    if (error.code !== "commander.helpDisplayed") throw error;
  }
}

/** The demo's story, in other processes. */
function loadStory(home) {
  const env = { PATH: process.env.PATH, NODE_DISABLE_COMPILE_CACHE: "1" };
  for (const args of [
    ["ingest", `${FIXTURE}/events.ndjson`],
    ["import", "oneroster", `${FIXTURE}/source`],
    ["etl", "oneroster"],
  ]) {
    const run = spawnSync(process.execPath, ["bin/timeback.js", ...args, "--data-dir", home, "-q"], { env });
    if (run.status !== 0) throw new Error(`timeback ${args.join(" ")}: ${run.stderr}`);
  }
}

async function askForAnswers(home) {
  const common = ["--data-dir", home, "--output", join(home, "answer"), "--force", "-q"];
  for (const args of [["report"], ["audit", "--format", "json"], ["audit"]]) {
    await main([process.execPath, "timeback", ...args, STUDENT, ...common]);
    if (process.exitCode > 1) throw new Error(`timeback ${args.join(" ")} ended with ${process.exitCode}`);
  }
}

for (const name of ["DATABASE_URL", "ONEROSTER_DATABASE_URL"]) delete process.env[name];
const home = mkdtempSync(join(tmpdir(), "timeback-compile-"));
try {
  loadStory(home);
  askForHelp();
  await askForAnswers(home);
  setFlagsFromString("--flush-bytecode"); // compiled code is taken only where the flags are the same
  keep();
} finally {
  rmSync(home, { recursive: true, force: true });
}
process.exit(0); // PGlite leaves handles behind that keep the process alive
