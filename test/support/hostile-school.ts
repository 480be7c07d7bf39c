import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { activity } from "./caliper-samples.js";
import { type EngineName, type FreshDatabase, freshDatabase } from "./engines.js";
import { scratchFolder } from "./scratch.js";
import { type Run, timeback } from "./timeback.js";

const fixture = fileURLToPath(new URL("../../fixtures/era-guide-bug/", import.meta.url));

/** Colours, C1 controls, and marks that turn text around. */
export const OBEYED = "\u001b[31m\u009b2J\u0007\u202e\u2066";
export const MAYA = "maya.chen@alphaschool.example";
/** A formula to a spreadsheet; her work is hostile to terminals and pages. Nothing else names her: it is her id too. */
export const ZOE = `=zoe${OBEYED}@alphaschool.example`.toLowerCase();
export const HOSTILE_NAME = `</script><script>window.pwned=1</script><img src=x onerror=window.pwned=2>${OBEYED}`;
export const HOSTILE_APP = '@SUM(1+1)"><b>';

const zoeEvent = activity({
  id: "urn:uuid:5f0c9b7a-0000-4000-8000-000000000001",
  actor: { type: "TimebackUser", email: ZOE },
  eventTime: "2025-03-12T08:00:00.000Z",
  object: {
    id: "https://app.example/activities/res_exercise_103",
    type: "TimebackActivityContext",
    app: { id: "https://apps/1", name: HOSTILE_APP },
    activity: { id: "https://host/resources/res_exercise_103", name: HOSTILE_NAME },
  },
  generated: { attempt: 1, items: [{ type: "xpEarned", value: 40 }] },
});
/** Maya's exercise again, with another actor's name in it: a conflict, whose proof holds what differs. */
const again = (line: string): string =>
  line.replace('"TimebackUser"', '"TimebackUser","name":"Maya Secret"').replace('"value":9', '"value":8');

export interface School {
  database: FreshDatabase;
  folder: string;
  run(...args: string[]): Promise<Run>;
}

/** Maya's story, Zoe's hostile event, a contradiction, and a reject that holds an email. Whoever opens closes the database. */
export async function hostileSchool(engine: EngineName, label: string): Promise<School> {
  const database = await freshDatabase(engine, label);
  const folder = await scratchFolder(label);
  await cp(fixture, folder, { recursive: true });
  await writeFile(join(folder, "lab.ndjson"), `${JSON.stringify(zoeEvent)}\n{"email":"${MAYA}", broken\n`);
  const lines = (await readFile(join(folder, "events.ndjson"), "utf8")).trimEnd().split("\n");
  await writeFile(join(folder, `again ${MAYA}.ndjson`), `${lines.map(again).join("\n")}\n`);
  const run = (...args: string[]) => timeback(args, { cwd: folder, env: { TIMEBACK_HOME: folder, ...database.env } });
  for (const args of [
    ["ingest", "events.ndjson", "lab.ndjson", `again ${MAYA}.ndjson`],
    ["import", "oneroster", "source"],
    ["etl", "oneroster"],
  ])
    expect((await run(...args)).code, args.join(" ")).toBeLessThan(2);
  return { database, folder, run };
}
