import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ListedFinding } from "../../src/domain/findings/listed-finding.js";
import type { Calibration } from "../../src/domain/rules/calibration.js";
import { audit } from "../../src/pipelines/audit/audit.js";
import { type FindingFilter, listFindings } from "../../src/store/audit/findings/findings.js";
import { inDraft } from "../../src/store/engine/snapshot.js";
import { factRules } from "../../src/store/runs/settings.js";
import { banked } from "../support/audit-stories/banked.js";
import { calibrations } from "../support/audit-stories/calibrations.js";
import { eras } from "../support/audit-stories/eras.js";
import { failedWrites } from "../support/audit-stories/failed-writes.js";
import { oneEvent } from "../support/audit-stories/one-event.js";
import { outsiders } from "../support/audit-stories/outsiders.js";
import { ownXp } from "../support/audit-stories/own-xp.js";
import { type Told, tell } from "../support/audit-stories/story.js";
import { verdicts } from "../support/audit-stories/verdicts.js";
import { emailOf, LOADS, type Story, writeWorld } from "../support/audit-world.js";
import { describeOnEngines, type FreshDatabase, freshDatabase, withStoreOf } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { timeback, timebackJson } from "../support/timeback.js";

interface Bundle {
  studentId: string;
  app: string;
  date: string;
  verdict: string;
  rule: string;
  inflation: number;
  eventId: string;
  eventXp: number;
  ownXp: number | null;
  results: { sourcedId: string; xp: number }[];
  alternatives: string[][];
  evidence: { twins: string[]; readings: number };
}

interface Answer {
  calibration: Calibration[];
  findings: Bundle[];
}

const judged = {
  verdict: tell("verdict", verdicts),
  "failed write": tell("failed", failedWrites),
  "own XP": tell("own", ownXp),
  "banked XP": tell("bank", banked),
  "one event": tell("one", oneEvent),
  "what outsiders found": tell("outside", outsiders),
};
const ofApps = tell("app", calibrations);
const ofEras = tell("era", eras);
const world = [...Object.values(judged).flat(), ...ofApps, ...ofEras].map(({ story }) => story);

const rows = (stories: readonly Told[]) => stories.map(({ title, story, says }) => [title, story, says] as const);
const namesOf = (ids: readonly string[], { names }: Story): string[] => ids.map((id) => names.get(id) ?? id).sort();

/** `confirmed near ex 9 = 3 + article 1 + video 5`; alternatives (many: their number) and twins where there are some. */
function briefOf({ verdict, rule, eventId, eventXp, ownXp, results, alternatives, evidence }: Bundle, story: Story) {
  const parts = results.map(({ sourcedId, xp }) => `${namesOf([sourcedId], story)} ${xp}`).sort();
  const others = alternatives.map((ids) => namesOf(ids, story).join(" ")).sort();
  return [
    `${verdict} ${rule} ${namesOf([eventId], story)} ${eventXp}`,
    parts.length > 0 ? ` = ${[ownXp, ...parts].join(" + ")}` : "",
    ...(others.length > 3 ? [`${others.length} of ${evidence.readings}`] : others).map((other) => ` or ${other}`),
    evidence.twins.length > 0 ? ` (twins: ${namesOf(evidence.twins, story)})` : "",
  ].join("");
}

/** `holds, 9 of 10 quiet: ceil, standard decay`; of all events where quiet ones are few. */
function briefOfApp({ status, quietEvents, quietExplained, events, eventsExplained, roundings, tables }: Calibration) {
  const counts = quietEvents >= 10 ? `${quietExplained} of ${quietEvents} quiet` : `${eventsExplained} of ${events}`;
  return `${status}, ${counts}: ${roundings.join(" ")}, ${tables.join(" ")}`;
}

async function load(database: FreshDatabase): Promise<void> {
  const cwd = await scratchFolder("verdicts");
  writeWorld(world, cwd);
  const run = async (...args: string[]) =>
    expect(await timeback([...args, "-q"], { cwd, env: database.env })).toMatchObject({ code: 0, stderr: "" });
  await run("ingest", "events.ndjson");
  for (const number of LOADS) {
    await run("import", "oneroster", `source-${number}`);
    await run("etl", "oneroster", "--full");
  }
}

const GROUPS = 7;
const NO_FILTER: FindingFilter = { kinds: null, apps: null, from: null, to: null };

/** The findings of these students (null: everybody), whole. */
function findingsOf(database: FreshDatabase, students: string[] | null): Promise<ListedFinding[]> {
  return withStoreOf(database, (store) =>
    inDraft(store, async (session) => {
      await audit({ session, rules: await factRules(session.db, {}), students }, NO_FILTER, () => {});
      const pages = [];
      for await (const page of listFindings(session.db)) pages.push(page);
      return pages.flat();
    }),
  );
}

describeOnEngines("a story of bundled XP", (engine) => {
  let database: FreshDatabase;
  let answer: Answer;
  const asked = (...args: string[]): Promise<Answer> =>
    timebackJson(["audit", "--kind", "bundled-xp", "--fail-on", "none", "--format", "json", ...args], {
      env: database.env,
    });

  beforeAll(async () => {
    database = await freshDatabase(engine, "verdicts");
    await load(database);
    answer = await asked();
  }, 300_000);
  afterAll(() => database?.close());

  const briefs = (story: Story): string[] =>
    answer.findings.filter(({ app }) => app === story.app).map((finding) => briefOf(finding, story));

  describe.each(Object.entries(judged))("%s", (_chapter, stories) => {
    test.each(rows(stories))("%s", (_title, story, says) => {
      expect(briefs(story).sort()).toEqual([...says].sort());
    });
  });

  test.each(rows(ofApps))("how an app pays: %s", (_title, story, says) => {
    expect(answer.calibration.filter(({ app }) => app === story.app).map(briefOfApp)).toEqual(says);
  });

  describe("an era's day", () => {
    let report: { rows: { studentId: string; xp: number }[] };
    beforeAll(async () => {
      report = await timebackJson(["report", "--format", "json"], { env: database.env });
    });

    test.each(rows(ofEras))("%s", (_title, story, says) => {
      const counted = report.rows.find(({ studentId }) => studentId === story.studentId())?.xp ?? 0;
      const inflation = answer.findings.find(({ app }) => app === story.app)?.inflation ?? 0;
      const sum = `counted ${counted}, true ${Number((counted - inflation).toFixed(2))}`;
      expect([...briefs(story), sum]).toEqual(says);
    });
  });

  test("a student is told the same, whoever else is asked for", async () => {
    const students = world.flatMap((story) => [...story.students]);
    const groups = Array.from({ length: GROUPS }, (_, n) => students.filter((_student, at) => at % GROUPS === n));
    const all = await findingsOf(database, null);
    expect(all.length).toBeGreaterThan(world.length / 2);
    for (const group of groups)
      expect(await findingsOf(database, group)).toEqual(all.filter(({ studentId }) => group.includes(studentId)));
  });

  test("an email leaves the findings and the calibration as they are", async () => {
    const { story } = judged["banked XP"][0] as Told;
    const { findings, calibration } = await asked(emailOf(story.studentId()));
    expect(findings).toEqual(answer.findings.filter(({ studentId }) => studentId === story.studentId()));
    expect(calibration.every((one) => answer.calibration.some(({ app }) => app === one.app))).toBe(true);
    expect(calibration).toEqual(answer.calibration.filter(({ app }) => calibration.some((one) => one.app === app)));
  });

  test("filters leave out findings, and change none", async () => {
    const { story } = judged["banked XP"][0] as Told;
    const ofApp = await asked("--app", story.app);
    expect(ofApp.findings).toEqual(answer.findings.filter(({ app }) => app === story.app));
    const ofDays = await asked("--from", "2025-03-04", "--to", "2025-03-31");
    expect(ofDays.findings).toEqual(answer.findings.filter(({ date }) => date >= "2025-03-04"));
    expect(ofDays.findings.length).toBeGreaterThan(0);
  });
});
