import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventLine } from "../support/audit-desk.js";
import { banked } from "../support/audit-stories/banked.js";
import { calibrations } from "../support/audit-stories/calibrations.js";
import { eras } from "../support/audit-stories/eras.js";
import { failedWrites } from "../support/audit-stories/failed-writes.js";
import { oneEvent } from "../support/audit-stories/one-event.js";
import { ownXp } from "../support/audit-stories/own-xp.js";
import { tell } from "../support/audit-stories/story.js";
import { verdicts } from "../support/audit-stories/verdicts.js";
import { LOADS, writeWorld } from "../support/audit-world.js";
import { describeOnAnEngine, freshDatabase } from "../support/engines.js";
import { type Files, type Said, saidByAudit, saidByCheck } from "../support/parity.js";
import { Population } from "../support/population.js";
import { scratchFolder } from "../support/scratch.js";

const chapters = { verdicts, failedWrites, ownXp, banked, oneEvent, calibrations, eras };

describeOnAnEngine("check says of files what audit says once they are loaded", (engine) => {
  async function expectParity(files: Files, titleOf: (eventId: string) => string = String): Promise<Said> {
    const database = await freshDatabase(engine, "parity");
    try {
      const [audit, check] = [await saidByAudit(database, files), await saidByCheck(files)];
      const titled = ({ claims }: Said) => [...claims].map(([id, says]) => `${titleOf(id)} ${says}`).sort();
      expect(titled(check)).toEqual(titled(audit));
      expect(check.calibration).toEqual(audit.calibration);
      return audit;
    } finally {
      await database.close();
    }
  }

  test("of every story that the audit is tested by", async () => {
    const world = Object.entries(chapters).flatMap(([name, stories]) => tell(name, stories));
    const folder = await scratchFolder("parity");
    writeWorld(
      world.map(({ story }) => story),
      folder,
    );
    const titleOf = (eventId: string): string => {
      const { story, title } = world.find(({ story }) => story.names.has(eventId)) ?? {};
      return `${story?.slug}, ${title}: ${story?.names.get(eventId)}`;
    };
    const files = { events: join(folder, "events.ndjson"), readings: LOADS.map((n) => join(folder, `source-${n}`)) };
    const { claims } = await expectParity(files, titleOf);
    expect(claims.size).toBeGreaterThan(world.length / 2);
  });

  /** The audit leaves test users out, the check judges everybody: here nobody is one. */
  async function withoutTestUsers(population: Population): Promise<Files> {
    const readings = [1, 2].map((n) => join(population.folder, `source-${n}`));
    for (const folder of readings) {
      const file = join(folder, "users.csv");
      await writeFile(file, (await readFile(file, "utf8")).replaceAll("isTestUser", "wasTestUser"));
    }
    return { events: join(population.folder, "events.ndjson"), readings };
  }

  test.each([
    ["few students for long", ["--seed", "10", "--students", "5", "--days", "60"]],
    ["many students, with some of whom the formula cannot be told", ["--seed", "31", "--students", "40"]],
    [
      "look-alikes, deletions and hand-made corrections",
      ["--seed", "9", "--students", "40", "--days", "14", "--bundle-rate", "0.15", "--decoy-rate", "0.4"].concat([
        "--late-rate",
        "0.2",
        "--partial-rate",
        "0.5",
        "--deletion-rate",
        "0.2",
        "--correction-rate",
        "0.2",
      ]),
    ],
    [
      "nothing that says its course, reasons that are missing",
      ["--seed", "5", "--students", "20", "--missing-course-rate", "1", "--missing-reason-rate", "0.8"],
    ],
  ])("of a simulated population: %s", async (_, args) => {
    const { claims } = await expectParity(await withoutTestUsers(await Population.simulate(args)));
    expect(claims.size).toBeGreaterThan(10);
  });

  test("of students whom the users' table decides, not what else names them", async () => {
    const folder = await scratchFolder("parity-users");
    await mkdir(join(folder, "source"));
    const write = (table: string, ...lines: string[]) =>
      writeFile(join(folder, "source", `${table}.csv`), `${lines.join("\n")}\n`);
    const line = (id: number, changes: object) =>
      eventLine({
        id,
        student: "ada",
        at: "2025-03-01T10:00:00Z",
        activity: "ex",
        xp: 9,
        questions: [10, 10],
        attempt: 1,
        ...changes,
      });
    const banked = (id: string, student: string, activity: string, xp: number) =>
      `${id},active,2025-03-01T10:00:02,${activity}_ali,${student},2025-03-01T09:50:00,"{""xp"":${xp},""xpReason"":""Banked XP"",""completedAt"":""2025-03-01T10:00:02Z""}"`;
    const events = [
      line(1, { student: "former", email: "ada@school.example" }), // an id that no user has, the email of a user
      line(2, { student: "nobody", email: "nobody@school.example" }), // neither is known
      line(3, { student: "nobody", email: "nobody@school.example" }).replace("/users/nobody", "/anonymous"),
    ];
    await writeFile(join(folder, "events.ndjson"), `${events.join("\n")}\n`);
    await write("users", "sourced_id,status,email,metadata", "ada,Active,ada@school.example,{}");
    await write(
      "resources",
      "sourced_id,title,metadata",
      'ex,Ex,"{""xp"":2}"',
      'video,V,"{""xp"":6,""type"":""video""}"',
    );
    await write(
      "assessment_results",
      "sourced_id,status,date_last_modified,assessment_line_item_sourced_id,student_sourced_id,score_date,metadata",
      banked("r1", "former", "video", 6),
      banked("r2", "ada", "video", 6),
      banked("r3", "nobody", "video", 6),
    );
    const { claims } = await expectParity({
      events: join(folder, "events.ndjson"),
      readings: [join(folder, "source")],
    });
    expect(claims.size).toBe(3);
  });
});
