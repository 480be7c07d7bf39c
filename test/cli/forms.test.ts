import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnAnEngine } from "../support/engines.js";
import { HOSTILE_APP, HOSTILE_NAME, hostileSchool, MAYA, OBEYED, type School, ZOE } from "../support/hostile-school.js";

/** All that a terminal would obey; line ends are ours. */
const OBEYS = /(?!\n)[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const WRITTEN_OUT = "\\u001b[31m\\u009b2j\\u0007\\u202e\\u2066";

describeOnAnEngine("the forms of answers", (engine) => {
  let school: School;
  beforeAll(async () => {
    school = await hostileSchool(engine, "forms");
  });
  afterAll(() => school?.database.close());

  const csv = async (...args: string[]): Promise<Record<string, string>[]> =>
    parse((await school.run(...args, "--format", "csv")).stdout, { columns: true });

  test("a text cell of CSV is no formula, and --raw leaves it as it is", async () => {
    const safe = ZOE.replace(OBEYED.toLowerCase(), WRITTEN_OUT);
    for (const command of ["report", "facts", "audit"]) {
      const ofZoe = (rows: Record<string, string>[]) => rows.find(({ email }) => email?.includes("zoe"));
      expect(ofZoe(await csv(command)), command).toMatchObject({ studentId: `'${safe}`, email: `'${safe}` });
      expect(ofZoe(await csv(command, "--raw")), command).toMatchObject({ studentId: ZOE, email: ZOE });
    }
    const [fact] = (await csv("facts")).filter(({ app }) => app?.includes("SUM"));
    expect(fact).toMatchObject({ app: `'${HOSTILE_APP}`, xpEarned: "40" });
    const raw = (await csv("facts", "--raw")).find(({ app }) => app === HOSTILE_APP);
    expect(raw).toMatchObject({ activityName: HOSTILE_NAME });
  });

  test("numbers of CSV stay numbers, below 0 too", async () => {
    await school.database.query(
      "update timeback.processed_facts set xp_earned = -3 where xp_earned = 1 and email = $1",
      [MAYA],
    );
    try {
      const xp = (await csv("facts", MAYA)).map(({ xpEarned }) => xpEarned);
      expect(xp).toContain("-3");
      const stale = (await csv("audit", MAYA)).find(({ kind }) => kind === "stale-fact");
      expect(stale).toMatchObject({ counted: "-3", truth: "1", inflation: "-4" });
      expect((await csv("report", MAYA))[0]).toMatchObject({ xp: "11" });
    } finally {
      expect((await school.run("recompute", "-q")).code).toBe(0);
    }
  });

  const obeysNothing = async (args: readonly string[], forms: readonly string[]) => {
    for (const form of forms) {
      const { stdout, stderr } = await school.run(...args, "--format", form);
      expect(stdout, `stdout of ${form}`).not.toMatch(OBEYS);
      expect(stderr, `stderr of ${form}`).not.toMatch(OBEYS);
    }
  };

  test("nor of what the run log and the quarantine keep: names of files, arguments, reasons, records", async () => {
    const name = `lab ${OBEYED}.ndjson`;
    await writeFile(join(school.folder, name), `${OBEYED} no json\n{"id": "${OBEYED}"}\n`);
    expect((await school.run("ingest", name)).code).toBe(1);
    const forms = ["table", "json", "ndjson"];
    await obeysNothing(["runs"], [...forms, "csv"]);
    await obeysNothing(["rejects", "list"], [...forms, "csv"]);
    const [run] = JSON.parse((await school.run("runs", "--format", "json")).stdout).runs;
    expect(run.arguments, "as it was typed, however it is written").toEqual(["ingest", name]);
    await obeysNothing(["runs", run.runId], forms);
    const { rejects } = JSON.parse((await school.run("rejects", "list", "--format", "json")).stdout);
    for (const { id } of rejects.filter(({ file }: { file: string }) => file === name))
      await obeysNothing(["rejects", "show", id], forms);
    expect((await school.run("runs")).stdout).not.toMatch(OBEYS);
  });

  test.each([[["report"]], [["facts"]], [["audit"]], [["rejects", "list"]], [["runs"]]])(
    "a terminal obeys nothing of the data in any form: %j",
    async (args) => {
      await obeysNothing(args, ["table", "json", "ndjson", "csv", ...(args[0] === "audit" ? ["html"] : [])]);
    },
  );

  test.each([
    [["audit", ZOE]],
    [["audit", "--app", HOSTILE_APP + OBEYED]],
    [["report", `${OBEYED}@nobody.example`]],
    [["report", "--from", OBEYED]],
    [["rejects", "show", OBEYED]],
    [["runs", OBEYED]],
    [["runs", "--since", OBEYED]],
    [["report", "--output", `nowhere${OBEYED}/x`]],
    [["ingest", `no${OBEYED}file`]],
    [["recompute", "--set", `zone=${OBEYED}`]],
    [[`no${OBEYED}command`]],
  ])("a terminal obeys nothing in an answer for people, a warning or a complaint: %j", async (args) => {
    await obeysNothing(args, ["table"]);
  });

  test("facts of another system that a recompute lists cannot forge its lines", async () => {
    const key = `forged\n2 facts ${OBEYED}`;
    await school.database.query(
      `insert into timeback.processed_facts (student_id, fact_key, event_type, occurred_at, date, time_zone, sources)
       values ('s', $1, 'ActivityEvent', '2025-03-01T00:00:00Z', '2025-03-01', 'UTC', '{}')`,
      [key],
    );
    const { stdout } = await school.run("recompute");
    expect(stdout).toContain("forged\\u000a2 facts \\u001b[31m\\u009b2J");
    expect(stdout).not.toMatch(OBEYS);
  });

  test("json carries the text as it is, however it is written", async () => {
    const rows = JSON.parse((await school.run("facts", ZOE, "--format", "json")).stdout).facts;
    expect(rows).toMatchObject([{ studentId: ZOE, app: HOSTILE_APP, activityName: HOSTILE_NAME }]);
  });
});
