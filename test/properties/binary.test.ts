import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type EngineName, engines, freshDatabase } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { timeback } from "../support/timeback.js";
import { worldWithoutConflicts } from "./generate.js";
import { LONGEST_MS, SEED } from "./labs.js";
import { createSource, SCHEMA, statementOf } from "./source-tables.js";
import { eventText, type World } from "./world.js";

const WORLDS = 30;
/** A process among users of a server, a cron job without a locale, a laptop in Istanbul, where i has another capital. */
const SURROUNDINGS: { engine: EngineName; env: Record<string, string> }[] = [
  { engine: "postgres", env: { TZ: "UTC", LC_ALL: "C" } },
  { engine: "postgres", env: { TZ: "America/Chicago", LC_ALL: "de_DE.UTF-8", PGTZ: "Asia/Tokyo" } },
  { engine: "pglite", env: { TZ: "Asia/Kathmandu", LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR.UTF-8" } },
];

/** Of some worlds the one with the most rows. */
function largeWorld(): World {
  const worlds = fc.sample(worldWithoutConflicts, { numRuns: WORLDS, seed: SEED });
  const size = ({ events, mutations }: World) => 3 * events.length + mutations.length;
  return worlds.reduce((one, other) => (size(other) > size(one) ? other : one));
}

/** What the built program prints of this world, loaded in these surroundings. */
async function printed(engine: EngineName, world: World, surroundings: Record<string, string>): Promise<string> {
  const database = await freshDatabase(engine, "bytes", { least: false });
  const cwd = await scratchFolder("bytes");
  const settings = { TIMEBACK_ZONE: world.zone, TIMEBACK_LINK_WINDOW: String(world.linkWindowSeconds) };
  const env = { ...settings, TIMEBACK_TEST_USERS: world.testUsers, ...surroundings, ...database.env };
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await timeback(args, { cwd, env });
    expect(code, `timeback ${args.join(" ")}: ${stderr}`).toBe(0);
    return stdout;
  };
  try {
    await database.session(async (query) => {
      const statements = [createSource, ...world.mutations.map(statementOf)].join("; ").split("; ");
      for (const statement of statements) await query(statement);
    });
    await writeFile(join(cwd, "events.ndjson"), world.events.map(eventText).join("\n"));
    await run("ingest", "events.ndjson");
    await run("etl", "oneroster", "--source-schema", SCHEMA);
    return (await run("facts", "--format", "ndjson")) + (await run("report"));
  } finally {
    await database.close();
  }
}

test("the built program prints the same bytes in any time zone and locale, on any engine", {
  timeout: LONGEST_MS,
}, async () => {
  const world = largeWorld();
  const available = SURROUNDINGS.filter(({ engine }) => engines.some((one) => one.available && one.name === engine));
  const answers = new Set<string>();
  for (const { engine, env } of available) answers.add(await printed(engine, world, env));
  const [answer = "", ...others] = answers;
  expect(answer.split("\n").length).toBeGreaterThan(5);
  expect(others).toEqual([]);
});
