import { expect, test } from "vitest";
import { describeOnEngines, freshDatabase } from "../support/engines.js";
import { timeback, timebackJson } from "../support/timeback.js";

const GUIDE = "fixtures/era-guide-bug";

describeOnEngines("the choices of the audit", (engine) => {
  test("are stored, changed with recompute --set, and then judge by the new ones", async () => {
    const database = await freshDatabase(engine, "audit-settings");
    const { env } = database;
    const run = (...args: string[]) => timeback(args, { env });
    const claim = async () => {
      const { findings } = await timebackJson<{ findings: { verdict: string; rule: string; ownXp: number }[] }>(
        ["audit", "--format", "json", "--fail-on", "none"],
        { env },
      );
      return findings.map(({ verdict, rule, ownXp }) => `${verdict} ${rule} ${ownXp}`);
    };
    await run("ingest", `${GUIDE}/events.ndjson`);
    await run("import", "oneroster", `${GUIDE}/source`);
    await run("etl", "oneroster");
    expect(await claim()).toEqual(["confirmed near 3"]);
    expect((await run("recompute", "--set", "bank-host=2")).code, "the bank writes follow after 2.3 s").toBe(0);
    expect(await claim()).toEqual(["confirmed near+late 3"]);
    await run(
      "recompute",
      "--set",
      "bank-host=10",
      "--set",
      "multipliers-standard=2/1",
      "--set",
      "multipliers-decay=2/1",
    );
    expect(await claim(), "base 2 x 2 leaves the 5 of the video").toEqual(["confirmed near 4"]);
    for (const [setting, complaint] of [
      ["bank-late=0", /bank-late=0: expected a whole number of seconds/],
      ["multipliers-decay=1.25", /expected for each attempt the multipliers .+ such as 1.25\/1,1\/0.5/],
      ["multiplier-table=x", /unknown setting multiplier-table; known: .*multipliers-standard/],
    ] as const) {
      const refused = await run("recompute", "--set", setting);
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expect(refused.stderr).toMatch(complaint);
    }
    await database.close();
  });
});
