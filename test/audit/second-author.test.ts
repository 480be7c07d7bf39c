import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { optionsOf } from "../populations/options.js";
import { writePopulation } from "../populations/out/write.js";
import { engines, freshDatabase } from "../support/engines.js";
import { answerOf, loadEvents } from "../support/load-population.js";
import { scratchFolder } from "../support/scratch.js";
import { timeback } from "../support/timeback.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);

interface Label {
  eventId: string;
  class: string;
  app: string;
  verdict: "bundled" | "honest" | "undecidable";
  ownXp: number;
}

interface Claim {
  eventId: string;
  verdict: "confirmed" | "probable" | "suspected";
  ownXp: number | null;
  summary: string;
}

/** What the audit claims of a year that was written by somebody who had not read its rules (test/populations). */
async function claimsOf(seed: string) {
  const folder = await scratchFolder("year");
  writePopulation(folder, optionsOf({ seed, students: "24", days: "60" }));
  const { events } = JSON.parse(await readFile(join(folder, "truth.json"), "utf8")) as { events: Label[] };
  const database = await freshDatabase("postgres", `year ${seed}`);
  try {
    await loadEvents(database, join(folder, "events.ndjson"));
    for (const source of ["source-1", "source-2"]) {
      expect((await timeback(["import", "oneroster", join(folder, source), "-q"], database)).code).toBe(0);
      expect((await timeback(["etl", "oneroster", "--full", "-q"], database)).code).toBe(0);
    }
    const answer = await answerOf(database, "audit", "--kind", "bundled-xp", "--format", "ndjson");
    const claims = answer
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Claim);
    return { labels: new Map(events.map((label) => [label.eventId, label])), claims };
  } finally {
    await database.close();
  }
}

describe.skipIf(!hasPostgres)("a year by a second author", () => {
  test.each(["7", "8"])("seed %s: no honest event is convicted, and probable claims are mostly right", async (seed) => {
    const { labels, claims } = await claimsOf(seed);
    const judged = claims.flatMap((claim) => {
      const label = labels.get(claim.eventId);
      return label === undefined || label.verdict === "undecidable" ? [] : [{ claim, label }];
    });
    const isRight = ({ claim, label }: (typeof judged)[number]) =>
      label.verdict === "bundled" && (claim.verdict !== "confirmed" || claim.ownXp === label.ownXp);
    const of = (verdict: Claim["verdict"]) => judged.filter(({ claim }) => claim.verdict === verdict);
    expect(of("confirmed").filter((one) => !isRight(one))).toEqual([]);
    const probable = of("probable");
    expect(probable.filter(isRight).length / Math.max(probable.length, 1)).toBeGreaterThanOrEqual(0.8);
    const bundled = [...labels.values()].filter(({ verdict }) => verdict === "bundled");
    expect(of("confirmed").length / bundled.length, "share of bundles that are confirmed").toBeGreaterThan(0.25);
  });
});
