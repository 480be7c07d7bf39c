import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import { activity } from "../support/caliper-samples.js";
import { describeOnEngines, type FreshDatabase, freshDatabase } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { timeback, timebackJson } from "../support/timeback.js";

interface Listed {
  id: string;
  code: string;
  line: number;
  [key: string]: unknown;
}

const idOf = (n: number) => `urn:uuid:5f0c9b7a-0000-4000-8000-00000000000${n}`;
const good = (n: number) => JSON.stringify(activity({ id: idOf(n) }));
const timeless = (n: number) => JSON.stringify(activity({ id: idOf(n), eventTime: "2025-03-01T08:00:00" }));
const BROKEN = "\u001b[31mnot json\u202e";
/** Line 1 is good, 2 no JSON, 3 without an offset, 4 a list of a good and a bad one, 5 no UTF-8. */
const LINES = [good(1), BROKEN, timeless(2), `[${good(3)},${timeless(4)}]`];
const INPUT = Buffer.concat([Buffer.from(`${LINES.join("\n")}\n`), Buffer.from([0xff, 0xfe, 0x41, 0x0a])]);
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

async function withRejects(engine: FreshDatabase["engine"], label: string) {
  const database = await freshDatabase(engine, label);
  const cwd = await scratchFolder();
  await writeFile(join(cwd, "events.ndjson"), INPUT);
  const options = { cwd, env: database.env };
  expect(await timeback(["ingest", "events.ndjson", "-q"], options)).toMatchObject({ code: 1 });
  const list = async () =>
    (await timebackJson<{ rejects: Listed[] }>(["rejects", "list", "--format", "json"], options)).rejects;
  return { database, options, list, run: (...args: string[]) => timeback(["rejects", ...args], options) };
}

describeOnEngines("the quarantine", (engine) => {
  let kept: Awaited<ReturnType<typeof withRejects>>;
  let rejects: Listed[];

  beforeAll(async () => {
    kept = await withRejects(engine, "the quarantine");
    rejects = await kept.list();
  });
  afterAll(() => kept?.database.close());

  test("lists each record with its address and reason, in the order of the file; every form says the same", async () => {
    expect(rejects.map(({ code, line }) => [line, code])).toEqual([
      [2, "not-json"],
      [3, "bad-time"],
      [4, "bad-time"],
      [5, "not-utf8"],
    ]);
    expect(rejects[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      runId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      file: "events.ndjson",
      line: 2,
      byteOffset: Buffer.byteLength(good(1)) + 1,
      code: "not-json",
      reason: expect.stringContaining("not JSON"),
      excerpt: "\\u001b[31mnot json\\u202e",
      firstSeen: expect.stringMatching(INSTANT),
      lastSeen: expect.stringMatching(INSTANT),
    });
    const ndjson = await kept.run("list", "--format", "ndjson");
    expect(
      ndjson.stdout
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    ).toEqual(rejects);
    const csv = await kept.run("list", "--format", "csv");
    const texts = rejects.map((row) =>
      Object.fromEntries(Object.entries(row).map(([key, value]) => [key, String(value)])),
    );
    expect(parse(csv.stdout, { columns: true })).toEqual(texts);
  });

  test("the table starts its lines with an address that an editor can jump to, and ends with counts", async () => {
    const { code, stdout, stderr } = await kept.run("list");
    const lines = stdout.split("\n");
    expect({ code, stderr, head: lines[0]?.split(/ +/) }).toEqual({
      code: 0,
      stderr: "",
      head: ["address", "id", "code", "reason"],
    });
    expect(lines[1]).toMatch(new RegExp(`^events\\.ndjson:2  ${rejects[0]?.id}  not-json  not JSON`));
    expect(lines.slice(-2)).toEqual(["4 rejected: 2 bad-time, 1 not-json, 1 not-utf8", ""]);
  });

  test("show prints the whole record: as it was read in JSON, written out on a terminal", async () => {
    const id = rejects[0]?.id ?? "";
    const json = await kept.run("show", id, "--format", "json");
    expect(JSON.parse(json.stdout)).toEqual({
      command: "rejects show",
      reject: { ...rejects[0], member: 0, record: BROKEN },
    });
    const { stdout } = await kept.run("show", id, "-q");
    expect(stdout).toContain("address     events.ndjson:2\n");
    expect(stdout).toContain("record      \\u001b[31mnot json\\u202e\n");
    const inList = JSON.parse((await kept.run("show", rejects[2]?.id ?? "", "--format", "ndjson")).stdout);
    expect(inList, "a record of a list, by itself").toEqual({ ...rejects[2], member: 1, record: timeless(4) });
  });

  test("an unknown id is a call gone wrong, and nothing is done", async () => {
    for (const args of [
      ["show", "nobody"],
      ["discard", rejects[0]?.id ?? "", "nobody"],
      ["replay", rejects[0]?.id ?? "", "nobody"],
    ]) {
      const { code, stdout, stderr } = await kept.run(...args);
      expect({ code, stdout }, args.join(" ")).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain("no rejected record has the id nobody");
    }
    expect(await kept.list()).toEqual(rejects);
  });
});

describeOnEngines("clearing the quarantine", (engine) => {
  test("records are chosen by code and by file: to list, to replay, to discard", async () => {
    const { database, list, options, run } = await withRejects(engine, "chosen");
    const json = <T = object>(...args: string[]) => timebackJson<T>(["rejects", ...args, "--format", "json"], options);
    try {
      const all = await list();
      const badTimes = all.filter(({ code }) => code === "bad-time");
      expect(await json("list", "--code", "bad-time", "--file", "events.ndjson")).toEqual({
        ...{ command: "rejects list", byCode: { "bad-time": 2 }, rejects: badTimes },
      });
      expect(await json("list")).toMatchObject({ byCode: { "bad-time": 2, "not-json": 1, "not-utf8": 1 } });
      expect((await run("list", "--file", "other.ndjson")).stderr).toBe("no rejected record matches\n");
      const replayed = { lines: 2, records: 2, stored: 0, rejected: 2, left: 0 };
      expect(await json("replay", "--code", "bad-time")).toMatchObject(replayed);
      for (const args of [
        ["replay", "--code", "bad-tiem"],
        ["discard", "--file", "other.ndjson"],
        ["discard", all[0]?.id ?? "", "--code", "bad-time"],
        ["replay", "--all", "--code", "bad-time"],
        ["discard"],
      ])
        expect(await run(...args), args.join(" ")).toMatchObject({ code: 2, stdout: "" });
      expect(await json("discard", "--code", "bad-time")).toMatchObject({ discarded: 2 });
      expect((await list()).map(({ id }) => id)).toEqual([all[0]?.id, all[3]?.id]);
      const [log] = await database.query(
        "select summary -> 'ids' as ids from timeback.runs order by started_at desc limit 1",
      );
      expect(log?.ids, "the run log keeps them").toEqual(badTimes.map(({ id }) => id).sort());
    } finally {
      await database.close();
    }
  });

  test("discarded records are gone; the others stay", async () => {
    const { database, list, options, run } = await withRejects(engine, "discard");
    try {
      const [first, second, ...others] = await list();
      const ids = [first?.id ?? "", second?.id ?? "", first?.id ?? ""];
      const args = ["rejects", "discard", ...ids, "--format", "json"];
      expect(await timebackJson(args, options)).toMatchObject({ command: "rejects discard", discarded: 2 });
      expect(await list()).toEqual(others);
      expect(await run("discard", ...others.map(({ id }) => id), "-q")).toMatchObject({
        code: 0,
        stdout: "",
        stderr: "",
      });
      expect(await run("list", "--format", "ndjson")).toMatchObject({
        code: 0,
        stdout: "",
        stderr: "no rejected records\n",
      });
    } finally {
      await database.close();
    }
  });

  test("a replay of what is no better understood changes nothing; what was not kept is refused", async () => {
    const { database, list, options, run } = await withRejects(engine, "replay nothing");
    try {
      const before = await list();
      expect(await timebackJson(["rejects", "replay", "--all", "--format", "json"], options)).toMatchObject({
        ...{ lines: 3, records: 3, stored: 0, duplicates: 0, rejected: 3, left: 1 },
        facts: { inserted: 0, updated: 0, deleted: 0 },
      });
      const withoutLastSeen = ({ lastSeen: _, ...row }: Listed) => row;
      expect((await list()).map(withoutLastSeen)).toEqual(before.map(withoutLastSeen));
      const refused = await run("replay", before[3]?.id ?? "");
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expect(refused.stderr).toContain(`cannot be replayed: ${before[3]?.id}`);
      expect(await run("replay")).toMatchObject({ code: 2, stdout: "" });
    } finally {
      await database.close();
    }
  });

  test("a replay lands what can be landed now, once; the rest stays with its id", async () => {
    const { database, list, options } = await withRejects(engine, "replay");
    const replay = (...args: string[]) =>
      timebackJson<object>(["rejects", "replay", ...args, "--format", "json"], options);
    try {
      const before = await list();
      // As a newer version would read it: both bad times, each of them on another kind of line.
      await database.query("update timeback.rejects set record = replace(record, '08:00:00\"', '08:00:00Z\"')");
      const [, alone, inList] = before.map(({ id }) => id);
      expect(await replay(alone ?? "", "--dry-run")).toMatchObject({ dryRun: true, lines: 1, records: 1, stored: 1 });
      expect(await replay(inList ?? ""), "its line holds another record, which is not read").toMatchObject({
        ...{ lines: 1, records: 1, stored: 1, rejected: 0, left: 0 },
      });
      expect((await list()).map(({ id }) => id)).toEqual([before[0], before[1], before[3]].map((row) => row?.id));
      const landed = { lines: 2, records: 2, stored: 1, duplicates: 0, rejected: 1, left: 1, facts: { inserted: 1 } };
      expect(await replay("--all")).toMatchObject(landed);
      expect((await list()).map(({ id }) => id)).toEqual([before[0]?.id, before[3]?.id]);
      expect(await replay("--all")).toMatchObject({ lines: 1, records: 1, stored: 0, facts: { inserted: 0 } });
      const xp = "select sum(xp_earned) as xp, count(*) as facts from timeback.processed_facts";
      expect(await database.query(xp)).toEqual([{ xp: "36.00", facts: "4" }]);
    } finally {
      await database.close();
    }
  });
});
