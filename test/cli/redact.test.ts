import { createHash, createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnAnEngine } from "../support/engines.js";
import { hostileSchool, MAYA, type School } from "../support/hostile-school.js";

const PEOPLE = /maya|chen|7f21|zoe|alphaschool|secret/i;
const EVENT = "270cb3ab-0c7a-4314-adef-3fcf71ef4604";

describeOnAnEngine("--redact", (engine) => {
  let school: School;
  beforeAll(async () => {
    school = await hostileSchool(engine, "redact");
  });
  afterAll(() => school?.database.close());

  const redacted = async (...args: string[]) => {
    const { stdout, stderr } = await school.run(...args, "--redact");
    return { stdout, stderr };
  };
  const rowsOf = async (...args: string[]): Promise<Record<string, string>[]> =>
    (await redacted(...args, "--format", "ndjson")).stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));

  test("no form of any answer names a person, neither in ids, proofs, excerpts nor file names", async () => {
    const formsOf = (command: string) =>
      command === "audit" ? ["table", "json", "csv", "html", "junit"] : ["table", "ndjson"];
    const commands = [
      ["report"],
      ["report", MAYA],
      ["facts"],
      ["audit"],
      ["audit", MAYA],
      ["audit", "--balance"],
      ["repair", "--app", "Nice Academy"],
      ["rejects", "list"],
    ];
    for (const command of commands)
      for (const form of command.length === 1 || command[0] === "repair" ? formsOf(String(command[0])) : ["table"]) {
        const { stdout, stderr } = await redacted(...command, "--format", form);
        expect(stdout.length, command.join(" ")).toBeGreaterThan(20);
        expect(`${stdout}${stderr}`, `${command.join(" ")} ${form}`).not.toMatch(PEOPLE);
      }
    const [reject] = await rowsOf("rejects", "list");
    expect(reject).toMatchObject({ excerpt: "(hidden)", code: "not-json" });
    const shown = await redacted("rejects", "show", String(reject?.id), "--format", "json");
    expect(JSON.parse(shown.stdout).reject).toMatchObject({ excerpt: "(hidden)", record: "(hidden)" });
  });

  test("nor do a finding with all that it rests on, and what is new since an audit; evidence that proves itself hides nobody", async () => {
    const [finding] = (await school.run("audit", "--kind", "bundled-xp", "--format", "ndjson")).stdout.split("\n");
    const { id } = JSON.parse(finding ?? "{}") as { id: string };
    for (const command of [
      ["audit", "show", id],
      ["audit", "show", id, "--format", "json"],
      ["audit", "diff"],
    ]) {
      const { stdout, stderr } = await redacted(...command);
      expect(stdout, command.join(" ")).not.toBe("");
      expect(`${stdout}${stderr}`, command.join(" ")).not.toMatch(PEOPLE);
    }
    const refused = await school.run("audit", "show", id, "--bundle", "evidence.json", "--redact");
    expect(refused).toMatchObject({ code: 2, stdout: "" });
  });

  test("what is not about people stays: amounts, arithmetic, events, apps, activities", async () => {
    const plain = JSON.parse((await school.run("audit", MAYA, "--format", "json")).stdout);
    const hidden = JSON.parse((await redacted("audit", MAYA, "--format", "json")).stdout);
    expect(hidden.totals).toEqual(plain.totals);
    expect(hidden.calibration).toEqual(plain.calibration);
    const [was, is] = [plain.findings[0], hidden.findings[0]];
    for (const key of ["kind", "date", "app", "summary", "counted", "truth", "eventId", "rule"])
      expect(is[key], key).toEqual(was[key]);
    expect(is.eventId).toBe(EVENT);
    expect(is.evidence.calibration).toEqual(was.evidence.calibration);
    expect(is.results.map(({ xp }: { xp: number }) => xp)).toEqual([5, 1]);
    const conflict = hidden.findings.find(({ summary }: { summary: string }) => summary.includes("8 XP"));
    expect(conflict.evidence.others[0].file).toBe(`again ${is.email}.ndjson`);
    expect(conflict.evidence.others[0].differences).toEqual([
      { path: "actor.name", kept: null, other: "(hidden)" },
      { path: "generated.items.xpEarned", kept: "9", other: "8" },
    ]);
  });

  test("a person has one pseudonym in every command, form and run, and the ids that hold it keep apart", async () => {
    const [day] = await rowsOf("report", MAYA);
    expect(day).toMatchObject({
      studentId: expect.stringMatching(/^student-[0-9a-f]{10}$/),
      email: expect.stringMatching(/^student-[0-9a-f]{10}@redacted\.example$/),
    });
    const same = { studentId: day?.studentId, email: day?.email };
    for (const command of ["report", "facts", "audit", "repair"])
      expect((await rowsOf(command, MAYA))[0], command).toMatchObject(same);
    const { stdout: answer } = await redacted("audit", MAYA);
    expect(answer).toContain(`${day?.email}: the dashboard shows 15 XP on 1 day, the truth is 9.`);
    expect(answer).toContain(`student ${day?.studentId}: event ${EVENT}`);
    const facts = await rowsOf("facts", MAYA);
    expect(new Set(facts.map(({ factKey }) => factKey)).size).toBe(facts.length);
  });

  test("nobody can tell by guessing: no plain digest is in the answer, and another database says otherwise", async () => {
    const { stdout } = await redacted("audit", "--format", "json");
    const guesses = [MAYA, "maya-chen-7f21", JSON.stringify(["bundled-xp", "maya-chen-7f21", EVENT])];
    for (const guess of guesses)
      for (const digest of ["sha256", "sha1", "md5"])
        expect(stdout).not.toContain(createHash(digest).update(guess).digest("hex").slice(0, 10));
    expect(stdout).not.toContain(createHmac("sha256", "").update(`email:${MAYA}`).digest("hex").slice(0, 10));
    const plain = JSON.parse((await school.run("audit", "--format", "json")).stdout);
    for (const { id } of plain.findings) expect(stdout).not.toContain(id);
    const other = await hostileSchool(engine, "redact elsewhere");
    try {
      const there = await other.run("report", MAYA, "--redact", "--format", "csv");
      const here = await redacted("report", MAYA, "--format", "csv");
      expect(there.stdout).toMatch(/student-[0-9a-f]{10},/);
      expect(there.stdout).not.toBe(here.stdout);
    } finally {
      await other.database.close();
    }
  });

  test("an unknown email is answered without naming those that are near", async () => {
    const unknown = await school.run("report", "maya.chan@alphaschool.example", "--redact");
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).not.toMatch(PEOPLE);
    expect(unknown.stderr).toMatch(/nearest: student-[0-9a-f]{10}@redacted\.example/);
  });

  test("corrections hide who made them and what they said", async () => {
    const made = await school.run(
      "repair",
      MAYA,
      "--yes",
      "--by",
      "Jo Chen",
      "--reason",
      "asked Maya",
      "--event",
      EVENT,
    );
    expect(made.code, made.stderr).toBe(0);
    const [correction] = await rowsOf("repair", "--list");
    expect(JSON.stringify(correction)).not.toMatch(/maya|chen|jo /i);
    expect(correction).toMatchObject({
      reason: "(hidden)",
      madeBy: expect.stringMatching(/^person-[0-9a-f]{10}$/),
      eventId: EVENT,
    });
    const [run] = await rowsOf("runs", "--command", "repair");
    const whole = await redacted("runs", String(run?.runId), "--format", "json");
    expect(whole.stdout).toContain('"--reason","(hidden)"');
    expect(whole.stdout).toMatch(/"madeBy":"person-[0-9a-f]{10}"/);
    for (const said of [JSON.stringify(run), whole.stdout]) expect(said).not.toMatch(/maya|chen|jo /i);
  });
});
