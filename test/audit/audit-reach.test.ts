import { expect, test } from "vitest";
import { LOADS, Story, writeWorld } from "../support/audit-world.js";
import { describeOnEngines, freshDatabase } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { timeback, timebackJson } from "../support/timeback.js";

/** Four weeks in which an app bundles one event of two, and five in which it does not. */
function mendedApp(): Story {
  const story = new Story("mended");
  for (let week = 0; week < 9; week += 1) {
    const at = week * 7 * 86_400;
    story.activity(`clean-${week}`, { base: 2 }).event({ of: `clean-${week}`, at: at + 3600, xp: 3 });
    if (week < 4)
      story
        .activity(`ex-${week}`, { base: 2 })
        .event({ of: `ex-${week}`, at, xp: 9 })
        .bank(`video-${week}`, 5, at + 2)
        .bank(`article-${week}`, 1, at + 2);
  }
  return story;
}

describeOnEngines("blast radius", (engine) => {
  test("by app and course: days, students, share, inflation by week, and the trend after a fix", async () => {
    const database = await freshDatabase(engine, "radius");
    const cwd = await scratchFolder("radius");
    const run = (...args: string[]) => timeback(args, { cwd, env: database.env });
    try {
      writeWorld([mendedApp()], cwd);
      expect(await run("ingest", "-q", "events.ndjson")).toMatchObject({ code: 0 });
      for (const load of LOADS.slice(0, 2)) {
        expect(await run("import", "oneroster", `source-${load}`, "-q")).toMatchObject({ code: 0 });
        expect(await run("etl", "oneroster", "-q", "--full")).toMatchObject({ code: 0 });
      }
      const options = { cwd, env: database.env, code: 1 };
      const { blastRadius } = await timebackJson<{ blastRadius: object[] }>(["audit", "--format", "json"], options);
      const week = (day: string) => ({ week: day, findings: 1, inflationXp: 6 });
      expect(blastRadius).toEqual([
        {
          app: "App mended",
          courseId: "c1",
          course: null,
          firstDay: "2025-03-03",
          lastDay: "2025-03-24",
          students: 1,
          findings: 4,
          events: 13,
          inflationXp: 24,
          inflationXpPerWeek: 6,
          share: 0.3077,
          weeks: ["2025-03-03", "2025-03-10", "2025-03-17", "2025-03-24"].map(week),
          trend: {
            last: { from: "2025-03-31", to: "2025-04-27", events: 4, findings: 0, inflationXp: 0 },
            before: { from: "2025-03-03", to: "2025-03-30", events: 8, findings: 4, inflationXp: 24 },
          },
        },
      ]);
      const table = (await run("audit")).stdout.replaceAll(/ {2,}/g, "  ");
      expect(table).toContain(
        "\nApp mended  c1  2025-03-03  2025-03-24  1  4 of 13  30.8 %  24  6  24 (4 of 8)  0 (0 of 4)\n",
      );
      const { stdout } = await run("audit", "mended.student@school.example", "--format", "json");
      expect(JSON.parse(stdout)).not.toHaveProperty("blastRadius");
      expect(JSON.parse((await run("audit", "--kind", "conflict", "--format", "json")).stdout).blastRadius).toEqual([]);
    } finally {
      await database.close();
    }
  }, 120_000);
});
