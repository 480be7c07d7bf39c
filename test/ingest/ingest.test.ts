import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { activity } from "../support/caliper-samples.js";
import { contentsOf } from "../support/contents.js";
import { describeOnEngines, type EngineName, type FreshDatabase, freshDatabase, type Row } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { type RunOptions, timeback, timebackJson } from "../support/timeback.js";

const NO_CHANGE = { inserted: 0, updated: 0, deleted: 0 };
const idOf = (n: number) => `7d1f4c2e-0000-4000-8000-${String(n).padStart(12, "0")}`;
const event = (n: number, xp = n) =>
  JSON.stringify(activity({ id: `urn:uuid:${idOf(n)}`, generated: { items: [{ type: "xpEarned", value: xp }] } }));
const lines = (...texts: string[]) => `${texts.join("\n")}\n`;

/** What `ingest --format json` says. */
interface Answer extends Row {
  runId: string;
  records: number;
}

/** A fresh database, and a folder whose files are ingested by name. */
async function atDesk(engine: EngineName, work: (desk: Desk) => Promise<void>): Promise<void> {
  const database = await freshDatabase(engine, "ingest");
  try {
    await work(new Desk(database, await scratchFolder("ingest")));
  } finally {
    await database.close();
  }
}

class Desk {
  constructor(
    readonly database: FreshDatabase,
    readonly folder: string,
  ) {}

  write = (name: string, content: string | Buffer) => writeFile(join(this.folder, name), content);

  run = (args: string[], options: RunOptions = {}) =>
    timeback(["ingest", ...args], { cwd: this.folder, env: this.database.env, ...options });

  /** The counts must add up, whatever happened. */
  async ingest(args: string[], options: RunOptions & { code?: number } = {}): Promise<Answer> {
    const all = ["ingest", ...args, "--format", "json"];
    const answer = await timebackJson<Answer>(all, { cwd: this.folder, env: this.database.env, ...options });
    const kinds = ["stored", "duplicates", "conflicts", "skipped", "rejected"];
    expect(kinds.reduce((sum, kind) => sum + Number(answer[kind]), 0)).toBe(answer.records);
    return answer;
  }
}

describeOnEngines("ingest", (engine) => {
  test("every event of a chunk has its fact, also of thousands, with repeated ones among them", () =>
    atDesk(engine, async (desk) => {
      const many = Array.from({ length: 2_500 }, (_, n) => event(n, 1));
      await desk.write("many.ndjson", lines(...many.slice(0, 1_500), ...many.slice(0, 300), ...many.slice(1_500)));
      expect(await desk.ingest(["many.ndjson"])).toMatchObject({
        ...{ records: 2_800, stored: 2_500, duplicates: 300 },
        facts: { inserted: 2_500, updated: 0, deleted: 0 },
      });
      const [sum] = await desk.database.query("select sum(xp_earned)::text as xp from timeback.processed_facts");
      expect(sum).toEqual({ xp: "2500.00" });
    }));

  test("plain files, gzip under any name, and stdin come to the same; every reject has its address", () =>
    atDesk(engine, async (desk) => {
      const bad = `{"id": "${idOf(3)}", "type": "ActivityEvent", "object": "x", "actor": "u", "eventTime": "yesterday"}`;
      const text = lines(event(1), "", "not json", `[${event(2)},${bad}]`, '{"type": "Person"}', event(1));
      await desk.write("plain.ndjson", text);
      await desk.write("zipped.ndjson", Buffer.concat([gzipSync(lines(event(4))), gzipSync(lines(event(5)))]));
      const first = await desk.ingest(["plain.ndjson", "zipped.ndjson"], { code: 1 });
      expect(first).toMatchObject({
        command: "ingest",
        ...{ files: 2, records: 8, stored: 4, duplicates: 1, conflicts: 0, skipped: 1, rejected: 2 },
        facts: { inserted: 4, updated: 0, deleted: 0 },
      });
      expect(first).not.toHaveProperty("resumed");
      const again = await desk.ingest(["-", "zipped.ndjson"], { input: gzipSync(text), code: 1 });
      expect(again, "the file of a reject is part of its address").toMatchObject({
        ...{ files: 2, records: 8, stored: 0, duplicates: 5, skipped: 1, rejected: 2 },
        facts: NO_CHANGE,
      });
      expect(await desk.ingest(["-"], { input: text })).toMatchObject({ records: 6, rejected: 2 });

      const rows = await desk.database.query(`
        select file, line, member, byte_offset, code, first_seen < last_seen as seen_again
        from timeback.rejects order by file, line, member`);
      const [offset] = [Buffer.byteLength(`${event(1)}\n\n`)];
      const [first2] = [offset + Buffer.byteLength("not json\n")];
      const addresses = [
        { line: "3", member: 0, byte_offset: String(offset), code: "not-json" },
        { line: "4", member: 1, byte_offset: String(first2), code: "bad-time" },
      ];
      expect(rows).toEqual([
        ...addresses.map((address) => ({ file: "-", ...address, seen_again: true })),
        ...addresses.map((address) => ({ file: "plain.ndjson", ...address, seen_again: false })),
      ]);
    }));

  test("an event that contradicts a landed one asks for attention once; the first stays", () =>
    atDesk(engine, async (desk) => {
      await desk.write("a.ndjson", lines(event(1, 5)));
      await desk.write("b.ndjson", lines(event(1, 9), event(1, 9), event(2)));
      await desk.ingest(["a.ndjson"]);
      const conflict = await desk.run(["b.ndjson"]);
      expect(conflict).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/^ingest: 3 records in 1 files: 1 stored, 0 duplicates, 2 conflicts, .+\n$/),
        stderr:
          "1 records reuse the id of a stored event with different content; the first one counts, review the others: timeback audit --kind conflict\n",
      });
      expect(await desk.ingest(["b.ndjson"])).toMatchObject({
        stored: 0,
        duplicates: 1,
        conflicts: 2,
        facts: NO_CHANGE,
      });
      await desk.database.session(async (query) => {
        expect(await query("select xp_earned from timeback.processed_facts order by fact_key")).toEqual([
          { xp_earned: "5.00" },
          { xp_earned: "2.00" },
        ]);
        expect(await query("select file, line, payload from timeback.caliper_conflicts")).toEqual([
          { file: "b.ndjson", line: "1", payload: event(1, 9) },
        ]);
      });
    }));

  test("a plan writes nothing, not even a run, and exits 0 whatever it finds", () =>
    atDesk(engine, async (desk) => {
      await desk.write("a.ndjson", lines(event(1, 5)));
      await desk.ingest(["a.ndjson"]);
      const before = await contentsOf(desk.database);
      await desk.write("b.ndjson", lines(event(1, 9), event(2), "not json"));
      const plan = await desk.ingest(["b.ndjson", "--dry-run"]);
      expect(plan).toMatchObject({ dryRun: true, stored: 1, conflicts: 1, rejected: 1, facts: { inserted: 1 } });
      expect(await contentsOf(desk.database)).toEqual(before);
    }));
});

describeOnEngines("what ingest prints", (engine) => {
  test("one summary line off a terminal, nothing under -q, and the answer goes where --output says", () =>
    atDesk(engine, async (desk) => {
      await desk.write("a.ndjson", lines(event(1), event(2)));
      const summary =
        /^ingest: 2 records in 1 files: 2 stored, 0 duplicates, 0 conflicts, 0 skipped, 0 rejected; facts \+2 ~0 -0; \d+\.\d s\n$/;
      expect(await desk.run(["a.ndjson"])).toEqual({
        code: 0,
        signal: null,
        stdout: expect.stringMatching(summary),
        stderr: "",
      });
      expect(await desk.run(["a.ndjson", "-q"])).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
      expect(await desk.run(["a.ndjson", "-q", "--format", "json", "--output", "answer.json"])).toMatchObject({
        code: 0,
        stdout: "",
      });
      const answer = JSON.parse(await readFile(join(desk.folder, "answer.json"), "utf8")) as Answer;
      expect(answer).toMatchObject({ command: "ingest", records: 2, duplicates: 2 });
      const runs = await desk.database.query(
        "select count(*) as n, bool_and(finished_at is not null and outcome = 'done') as done from timeback.runs",
      );
      expect(runs).toEqual([{ n: "3", done: true }]);
      if (engine === "pglite") return;

      await appendFile(join(desk.folder, "a.ndjson"), "not json\n");
      const warned = await desk.run(["a.ndjson", "-q"]);
      expect(warned, "-q does not hide what wants attention").toMatchObject({ code: 1, stdout: "" });
      expect(warned.stderr).toBe("1 records newly rejected: see timeback rejects list\n");
      const blank = await desk.run(["-", "--format", "ndjson"], { input: "\n\n" });
      expect(JSON.parse(blank.stdout)).toMatchObject({ files: 1, records: 0 });
    }));
});
