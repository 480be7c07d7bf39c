import { SaxesParser } from "saxes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FINDING_KINDS } from "../../src/domain/findings/finding.js";
import { AuditDesk, eventLine } from "../support/audit-desk.js";
import { describeOnAnEngine } from "../support/engines.js";
import { timeback } from "../support/timeback.js";

const line = (id: number, student: string, at: string, xp: number) =>
  eventLine({ id, student, at, xp, activity: "ex-1", attempt: 1 });

/** The cases of a suite and which of them fail, as a parser of XML reads them. */
function suitesOf(xml: string): Map<string, { attributes: Record<string, string>; cases: [string, string | null][] }> {
  const suites = new Map<string, { attributes: Record<string, string>; cases: [string, string | null][] }>();
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const values = attributes as Record<string, string>;
    const last = [...suites.values()].at(-1)?.cases;
    if (name === "testsuite") suites.set(values.name ?? "", { attributes: values, cases: [] });
    if (name === "testcase") last?.push([values.name ?? "", null]);
    if (name === "failure") last?.splice(-1, 1, [last.at(-1)?.[0] ?? "", values.message ?? ""]);
  });
  parser.write(xml).close();
  return suites;
}

describeOnAnEngine("audit --format junit", (engine) => {
  let desk: AuditDesk;
  beforeAll(async () => {
    desk = await AuditDesk.open(engine);
    await desk.ingest("events.ndjson", [
      line(1, "ada", "2025-03-01T08:00:00Z", 3),
      line(2, "ada", "2025-03-01T08:00:30Z", 3),
      line(3, "leo <&\u0007>", "2025-03-01T08:00:00Z", 3),
    ]);
    await desk.database.session((query) =>
      query("update timeback.processed_facts set xp_earned = 5 where student_id = 'ada'"),
    );
  });
  afterAll(() => desk.close());

  const audit = (...args: string[]) =>
    timeback(["audit", "--format", "junit", "-q", ...args], { env: desk.database.env });

  test("has a suite for each kind with a case for each student; findings from --fail-on up are failures", async () => {
    const run = await audit();
    expect(run).toMatchObject({ code: 1, stderr: "" });
    const suites = suitesOf(run.stdout);
    expect([...suites.keys()]).toEqual([...FINDING_KINDS]);
    const names = ["ada@school.example (ada)", "leo <&>@school.example (leo <&>)"];
    for (const { cases, attributes } of suites.values()) {
      expect(cases.map(([name]) => name)).toEqual(names);
      expect(attributes.tests).toBe("2");
      expect(attributes.failures).toBe(String(cases.filter(([, failure]) => failure !== null).length));
    }
    expect(suites.get("stale-fact")?.cases[0]?.[1]).toMatch(/\(and 1 more\)$/);
    expect(suites.get("duplicate-event")?.attributes.failures).toBe("0");
    expect(run.stdout).toContain("<system-out>suspected: 2 events report ex-1");
  });

  test("--fail-on suspected fails twins too, none fails nothing; --kind and a student choose", async () => {
    const suspected = suitesOf((await audit("--fail-on", "suspected")).stdout);
    expect(suspected.get("duplicate-event")?.attributes.failures).toBe("1");
    const none = await audit("--fail-on", "none", "--kind", "stale-fact", "ada@school.example");
    expect(none.code).toBe(0);
    const suites = suitesOf(none.stdout);
    expect([...suites.keys()]).toEqual(["stale-fact"]);
    expect(suites.get("stale-fact")?.cases).toEqual([["ada@school.example (ada)", null]]);
    expect(none.stdout).toBe((await audit("--fail-on", "none", "--kind", "stale-fact", "ada@school.example")).stdout);
  });

  test("a trial balance makes no checks", async () => {
    expect(await audit("--balance")).toMatchObject({ code: 2, stdout: "" });
  });
});
