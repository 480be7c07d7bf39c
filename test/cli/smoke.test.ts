import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnEngines, type FreshDatabase, freshDatabase } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { spawned } from "../support/timeback.js";

// All other tests run most commands in their own process: here each one is the process that users start.

const fixture = fileURLToPath(new URL("../../fixtures/era-guide-bug/", import.meta.url));
const MAYA = "maya.chen@alphaschool.example";
const EVENTS = join(fixture, "events.ndjson");

/** Commands in the order of the story of 9 XP that a dashboard shows as 15: exit code, and what the answer must say. */
const COMMANDS: readonly (readonly [command: string[], code: number, says: RegExp])[] = [
  [["db", "migrate"], 0, /db migrate/],
  [["ingest", EVENTS], 0, /4 stored/],
  [["import", "oneroster", join(fixture, "source")], 0, /assessment_results/],
  [["etl", "oneroster"], 0, /2 changed/],
  [["report", MAYA], 0, /\b15\b/],
  [["facts", MAYA], 0, /caliper:event:/],
  [["recompute", "--dry-run"], 0, /nothing written/],
  [["check", EVENTS], 0, /./],
  [["audit", MAYA], 1, /9/],
  [["repair", MAYA, "--yes"], 0, /./],
  [["report", MAYA], 0, /\b9\b/],
  [["rejects", "list"], 0, /./],
  [["runs"], 0, /repair/],
  [["db", "status"], 0, /engine/],
];

describeOnEngines("every command as a process of its own", (engine) => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase(engine, "smoke", { empty: true });
  });
  afterAll(() => database.close());

  test.each(COMMANDS)("timeback %j ends with %i", async (command, code, says) => {
    const ended = await spawned(command, database);
    expect(ended, ended.stderr).toMatchObject({ code, signal: null });
    expect(ended.stdout).toMatch(says);
  });

  test("timeback simulate writes a school", async () => {
    const folder = join(await scratchFolder("smoke"), "school");
    const ended = await spawned(["simulate", "--out", folder, "--students", "1", "--days", "1"]);
    expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
  });
});
