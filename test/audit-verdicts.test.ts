import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { banked } from "./support/audit-stories/banked.js";
import { ownXp } from "./support/audit-stories/own-xp.js";
import type { AuditStory } from "./support/audit-stories/story.js";
import { verdicts } from "./support/audit-stories/verdicts.js";
import { LOADS, Story, writeWorld } from "./support/audit-world.js";
import { describeOnEngines, type FreshDatabase, freshDatabase } from "./support/engines.js";
import { scratchFolder } from "./support/scratch.js";
import { timeback, timebackJson } from "./support/timeback.js";

interface Bundle {
  studentId: string;
  verdict: string;
  rule: string;
  eventId: string;
  eventXp: number;
  ownXp: number | null;
  results: { sourcedId: string; xp: number }[];
  alternatives: string[][];
  evidence: { twins: string[]; readings: number };
}

const CHAPTERS: readonly (readonly [string, readonly AuditStory[]])[] = [
  ["the verdict", verdicts],
  ["own XP", ownXp],
  ["banked XP", banked],
];
const told = CHAPTERS.map(([chapter, stories], c) => ({
  chapter,
  stories: stories.map(([title, happens, ...findings], index) => {
    const story = new Story(`s${c + 1}-${String(index + 1).padStart(2, "0")}`);
    happens(story);
    return { title, story, findings };
  }),
}));
const world = told.flatMap(({ stories }) => stories.map(({ story }) => story));

const namesOf = (ids: readonly string[], names: ReadonlyMap<string, string>) => ids.map((id) => names.get(id)).sort();

/** `confirmed near ex 9 = 3 + article 1 + video 5`; alternatives and twins where there are some. */
function briefOf(
  { verdict, rule, eventId, eventXp, ownXp, results, alternatives, evidence }: Bundle,
  names: ReadonlyMap<string, string>,
): string {
  const parts = results.map(({ sourcedId, xp }) => ` + ${names.get(sourcedId)} ${xp}`).sort();
  const sum = parts.length > 0 ? ` = ${ownXp}${parts.join("")}` : "";
  const others =
    alternatives.length > 3
      ? [`${alternatives.length} of ${evidence.readings}`]
      : alternatives.map((ids) => namesOf(ids, names).join(" ")).sort();
  const twins = evidence.twins.length > 0 ? ` (twins: ${namesOf(evidence.twins, names)})` : "";
  return `${verdict} ${rule} ${names.get(eventId)} ${eventXp}${sum}${others.map((other) => ` or ${other}`).join("")}${twins}`;
}

describeOnEngines("a story of bundled XP", (engine) => {
  let database: FreshDatabase;
  let found: Bundle[];

  beforeAll(async () => {
    database = await freshDatabase(engine, "verdicts");
    const cwd = await scratchFolder("verdicts");
    writeWorld(world, cwd);
    const run = async (...args: string[]) =>
      expect(await timeback([...args, "-q"], { cwd, env: database.env })).toMatchObject({ code: 0, stderr: "" });
    await run("ingest", "events.ndjson");
    for (const load of LOADS) {
      await run("import", "oneroster", `source-${load}`);
      await run("etl", "oneroster", "--full");
    }
    const answer = await timebackJson<{ findings: Bundle[] }>(["audit", "--kind", "bundled-xp", "--format", "json"], {
      env: database.env,
      code: 1,
    });
    found = answer.findings;
  }, 300_000);
  afterAll(() => database?.close());

  describe.each(told.map((one) => [one.chapter, one] as const))("%s", (_chapter, { stories }) => {
    test.each(stories.map((one) => [one.title, one] as const))("%s", (_title, { story, findings }) => {
      const own = found.filter(({ studentId }) => studentId.startsWith(`${story.slug}.`));
      expect(own.map((finding) => briefOf(finding, story.names)).sort()).toEqual([...findings].sort());
    });
  });
});
