import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnEngines, type FreshDatabase, freshDatabase } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { timeback } from "../support/timeback.js";

const fixture = fileURLToPath(new URL("../../fixtures/era-guide-bug/", import.meta.url));
const MAYA = "maya.chen@alphaschool.example";

/** Maya's story, of another student, in another app. */
const asLeo = (text: string): string =>
  text
    .replaceAll("270cb3ab-", "370cb3ab-")
    .replaceAll("maya-chen-7f21", "leo-1")
    .replaceAll(/maya\.chen@alphaschool\.example/gi, "leo@alphaschool.example")
    .replaceAll("nice_result_maya", "result_leo")
    .replaceAll("Nice Academy", "Other App");

interface Compared {
  state: string;
  formerVerdict: string | null;
  formerInflation: number | null;
  id: string;
  verdict: string;
  studentId: string;
}
interface Diff {
  former: { runId: string; number: number };
  later: { runId: string; number: number };
  counts: Record<string, number>;
  findings: Compared[];
}

describeOnEngines("stored audits", (engine) => {
  let database: FreshDatabase;
  let folder: string;
  const run = (...args: string[]) => timeback(args, { env: { TIMEBACK_HOME: folder, ...database.env }, cwd: folder });
  const done = async (...args: string[]) => expect(await run(...args), args.join(" ")).toMatchObject({ code: 0 });
  const audit = (...args: string[]) => run("audit", "-q", "--fail-on", "none", ...args);
  const diff = async (...args: string[]): Promise<Diff & { code: number | null }> => {
    const { code, stdout, stderr } = await run("audit", "diff", "--format", "json", ...args);
    expect(stdout, stderr).not.toBe("");
    return { code, ...JSON.parse(stdout) };
  };
  const states = ({ findings }: Diff) =>
    findings.map(({ state, studentId, verdict, formerVerdict }) => [state, studentId, formerVerdict, verdict]);
  const rows = () =>
    database.query(
      "select xmin::text, student_id, first_audit, last_audit, verdict from timeback.findings order by 2, 3",
    );
  const runIds = async () =>
    (await database.query("select run_id::text as id from timeback.audit_runs order by number")).map(({ id }) =>
      String(id),
    );

  beforeAll(async () => {
    database = await freshDatabase(engine, "lasting");
    folder = await scratchFolder("lasting");
    await cp(fixture, folder, { recursive: true });
    await cp(join(fixture, "source"), join(folder, "leo"), { recursive: true });
    for (const file of ["leo/users.csv", "leo/assessment_results.csv"])
      await writeFile(join(folder, file), asLeo(await readFile(join(folder, file), "utf8")));
    await writeFile(join(folder, "leo.ndjson"), asLeo(await readFile(join(folder, "events.ndjson"), "utf8")));
    await done("ingest", "-q", "events.ndjson");
    await done("import", "oneroster", "source", "-q");
    await done("etl", "oneroster", "-q");
  }, 120_000);
  afterAll(() => database?.close());

  test("of everybody only, unfiltered, and not with --no-save; two are needed to compare", async () => {
    const none = await run("audit", "diff");
    expect(none).toMatchObject({ code: 2, stdout: "" });
    expect(none.stderr).toContain("no audit is stored");
    for (const args of [["--no-save"], [MAYA], ["--kind", "conflict"], ["--app", "Lab"], ["--from", "2025-03-01"]])
      await audit(...args);
    expect(await runIds()).toEqual([]);
    await audit();
    expect(await runIds()).toHaveLength(1);
    expect((await run("audit", "diff")).stderr).toContain("only one audit is stored");
    const [logged] = await database.query(
      "select outcome, summary ->> 'confirmed' as confirmed from timeback.runs where command = 'audit'",
    );
    expect(logged).toEqual({ outcome: "done", confirmed: "1" });
  });

  test("an unchanged finding is not stored again, not even touched", async () => {
    const before = await rows();
    expect(before).toMatchObject([{ student_id: "maya-chen-7f21", first_audit: 1, last_audit: null }]);
    await audit();
    expect(await rows()).toEqual(before);
    const same = await run("audit", "diff");
    expect(same).toMatchObject({ code: 0, stderr: "" });
    expect(same.stdout).toMatch(
      /^since then +verdict .*\nstill open +confirmed +bundled-xp .*\n\n0 new, 0 fixed, 1 still open in audit /,
    );
  });

  test("new: exit 1 from --fail-on up; each form says the same", async () => {
    await done("ingest", "-q", "leo.ndjson");
    await audit();
    const found = await diff();
    expect(found).toMatchObject({
      code: 0,
      former: { number: 2 },
      later: { number: 3 },
      counts: { new: 1, fixed: 0, open: 1 },
    });
    expect(states(found)).toEqual([
      ["new", "leo-1", null, "suspected"],
      ["open", "maya-chen-7f21", "confirmed", "confirmed"],
    ]);
    expect(await diff("--fail-on", "suspected")).toMatchObject({ code: 1 });
    const lines = (await run("audit", "diff", "-q", "--format", "ndjson")).stdout.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(found.findings);
    const csv = parse((await run("audit", "diff", "-q", "--format", "csv")).stdout, { columns: true }) as Compared[];
    expect(csv.map(({ state, id }) => [state, id])).toEqual(found.findings.map(({ state, id }) => [state, id]));
  });

  test("what becomes surer is still open, says what it was, and fails as new", async () => {
    await done("import", "oneroster", "leo", "-q");
    await done("etl", "oneroster", "-q");
    await audit();
    const found = await diff();
    expect(found).toMatchObject({ code: 1, counts: { new: 0, fixed: 0, open: 2 } });
    expect(states(found)).toContainEqual(["open", "leo-1", "suspected", "confirmed"]);
    expect((await run("audit", "diff")).stdout).toContain("still open, was suspected, over by 0");
    expect(await diff("--fail-on", "none")).toMatchObject({ code: 0 });
  });

  test("fixed; and any two audits, by the beginning of their run ids, in both directions", async () => {
    await done("repair", "-q", MAYA, "--yes");
    await audit();
    expect(await diff()).toMatchObject({ code: 0, counts: { new: 0, fixed: 1, open: 1 } });
    const [first = "", second = "", , , fifth = ""] = await runIds();
    const whole = await diff(first.slice(0, 8));
    expect(whole).toMatchObject({ code: 1, former: { runId: first }, later: { runId: fifth } });
    expect(states(whole)).toEqual([
      ["new", "leo-1", null, "confirmed"],
      ["fixed", "maya-chen-7f21", "confirmed", "confirmed"],
    ]);
    expect(await diff(first, second.toUpperCase())).toMatchObject({ code: 0, counts: { new: 0, fixed: 0, open: 1 } });
    expect((await diff(fifth, first)).counts).toEqual({ new: 1, fixed: 1, open: 0 });
    const unknown = await run("audit", "diff", "nothing");
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toContain(`the newest: ${fifth.slice(0, 8)} (`);
    expect(await run("audit", "diff", "")).toMatchObject({ code: 2, stdout: "" });
  });

  test("undone: the finding is open again in a row of its own", async () => {
    const [{ id } = { id: "" }] = await database.query("select correction_id as id from timeback.corrections");
    await done("repair", "-q", "--undo", String(id));
    await audit();
    expect((await diff()).counts).toEqual({ new: 1, fixed: 0, open: 1 });
    expect((await rows()).filter(({ student_id }) => student_id === "maya-chen-7f21")).toMatchObject([
      { first_audit: 1, last_audit: 4 },
      { first_audit: 6, last_audit: null },
    ]);
  });

  test("diff is a subcommand, with its own help and options; an option before it is refused", async () => {
    for (const name of ["diff", "show", "verify"]) {
      const help = await run("audit", name, "--help");
      expect(help.code).toBe(0);
      expect(help.stdout).toContain(`Usage: timeback audit ${name} `);
    }
    const before = await run("audit", "--format", "json", "diff");
    expect(before).toMatchObject({ code: 2, stdout: "" });
    expect(before.stderr).toContain("--format is given before diff");
    expect((await run("audit", MAYA, "--format", "json")).stdout).toContain('"email":"maya');
  });

  test.runIf(engine === "postgres")("storing waits for no writing run, and readers do not wait for it", async () => {
    const before = (await runIds()).length;
    await database.session(async (query) => {
      await query("select pg_advisory_lock(5820467390177356321)");
      await query("begin");
      await query("select count(*) from timeback.findings");
      expect(await audit("--lock-wait", "0")).toMatchObject({ code: 0, stderr: "" });
      await query("commit");
    });
    expect(await runIds()).toHaveLength(before + 1);
  });

  test.runIf(engine === "postgres")("several audits at once are stored one after the other, each whole", async () => {
    const before = (await runIds()).length;
    await Promise.all([audit(), audit(), audit()]);
    expect(await runIds()).toHaveLength(before + 3);
    expect(await diff()).toMatchObject({ code: 0, counts: { new: 0, fixed: 0, open: 2 } });
  });
});
