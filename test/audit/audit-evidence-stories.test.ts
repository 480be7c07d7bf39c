import { afterAll, beforeAll, expect, test } from "vitest";
import type { ListedFinding } from "../../src/domain/findings/listed-finding.js";
import { audit } from "../../src/pipelines/audit/audit.js";
import { verify } from "../../src/pipelines/audit/evidence/verify.js";
import { evidenceOf } from "../../src/pipelines/audit/evidence/write.js";
import { parseLine } from "../../src/pipelines/caliper/parse/parse.js";
import { listFindings } from "../../src/store/audit/findings/findings.js";
import { inDraft } from "../../src/store/engine/snapshot.js";
import { factRules } from "../../src/store/runs/settings.js";
import { banked } from "../support/audit-stories/banked.js";
import { failedWrites } from "../support/audit-stories/failed-writes.js";
import { oneEvent } from "../support/audit-stories/one-event.js";
import { ownXp } from "../support/audit-stories/own-xp.js";
import { tell } from "../support/audit-stories/story.js";
import { verdicts } from "../support/audit-stories/verdicts.js";
import { LOADS, writeWorld } from "../support/audit-world.js";
import { describeOnEngines, type FreshDatabase, freshDatabase, withStoreOf } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { timeback } from "../support/timeback.js";

const CHAPTERS = [verdicts, ownXp, banked, failedWrites, oneEvent];
const world = CHAPTERS.flatMap((stories, at) => tell(`e${at}`, stories)).map(({ story }) => story);

const readEvent = (payload: string) => {
  const [parsed] = parseLine({ text: payload });
  return parsed?.kind === "event" ? parsed.event : null;
};

interface Proven {
  finding: ListedFinding;
  rule: string;
  verdict: string | null;
  difference: string | null;
}

describeOnEngines("the evidence of every bundled story", (engine) => {
  let database: FreshDatabase;
  let cwd: string;
  let proven: Proven[];
  const run = (...args: string[]) => timeback(args, { cwd, env: database.env });

  beforeAll(async () => {
    database = await freshDatabase(engine, "evidence stories");
    cwd = await scratchFolder("evidence-stories");
    writeWorld(world, cwd);
    expect(await run("ingest", "events.ndjson", "-q")).toMatchObject({ code: 0 });
    for (const load of LOADS) {
      expect(await run("import", "oneroster", `source-${load}`, "-q")).toMatchObject({ code: 0 });
      expect(await run("etl", "oneroster", "--full", "-q")).toMatchObject({ code: 0 });
    }
    proven = await allProven(database);
  }, 500_000);
  afterAll(() => database?.close());

  test("each is verified, whatever its verdict and rule", () => {
    expect(proven.filter(({ difference }) => difference !== null)).toEqual([]);
    expect(proven.map(({ verdict }) => verdict)).toEqual(proven.map(({ finding }) => finding.verdict));
    expect([...new Set(proven.map(({ rule }) => rule))].sort()).toEqual([
      "above-banked",
      "above-base",
      "failed-bank-write",
      "formula-unsure",
      "near",
      "near+late",
      "no-exact-sum",
      "own-ambiguous",
    ]);
  });

  test("other kinds are shown, and do not travel", async () => {
    const { stdout } = await run("audit", "-q", "--format", "ndjson", "--kind", "duplicate-event", "--fail-on", "none");
    const { id } = JSON.parse(stdout.split("\n")[0] ?? "");
    const { raw } = JSON.parse((await run("audit", "show", id, "--format", "json")).stdout);
    expect(raw.events.length).toBeGreaterThan(1);
    const refused = await run("audit", "show", id, "--bundle", "other.json");
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("only bundled-xp can be proven without it");
  });
});

/** Puts every bundled finding into a file, and verifies it. */
async function allProven(database: FreshDatabase): Promise<Proven[]> {
  const proven: Proven[] = [];
  await withStoreOf(database, (store) =>
    inDraft(store, async (session) => {
      const rules = await factRules(session.db, {});
      const filter = { kinds: ["bundled-xp" as const], apps: null, from: null, to: null };
      await audit({ session, rules, students: null }, filter, () => {});
      for await (const page of listFindings(session.db))
        for (const finding of page) {
          const file = await evidenceOf({ session, rules, program: "test" }, finding);
          const { verdict, difference } = verify(file, readEvent);
          proven.push({ finding, rule: JSON.parse(finding.body).rule, verdict, difference });
        }
    }),
  );
  return proven;
}
