import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { activity } from "../support/caliper-samples.js";
import { describeOnEngines } from "../support/engines.js";
import { HostileDesk } from "../support/hostile-input.js";
import { spawned as timeback } from "../support/timeback.js";

// What is too large to be kept as a fixture is made here; test/hostile-input.test.ts plays the rest.

const MIB = 2 ** 20;
/** What was seen: 380 and 150; the lines took 3,300 before their values were counted. */
const LINES_MIB = 640;
const BOMB_MIB = 320;

const event = (n: number, changes: object = {}) =>
  JSON.stringify(activity({ id: `urn:uuid:b16b00b5-0000-4000-8000-${String(n).padStart(12, "0")}`, ...changes }));
const good = (n: number) => `${event(n)}\n`;
const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const many = (count: number, item: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => item(at)).join(",");
/** An event whose field `x`, which no fact reads, holds this. */
const holding = (n: number, json: string) => event(n, { x: -77 }).replace("-77", json);
const withMetrics = (n: number, count: number) =>
  event(n, { generated: { items: [-77] } }).replace(
    "-77",
    many(count, (at) => `{"type":"m${at}","value":1}`),
  );

/** Line, what it is, its code. Between them stand good lines. */
const LARGE: [line: number, what: string, code: string, make: () => string][] = [
  [2, "100 MB", "line-too-long", () => holding(2, `"${"a".repeat(100e6)}"`)],
  [4, "nested 100,000 levels deep", "too-deep", () => holding(4, nested(100_000))],
  [6, "a million metrics", "too-many-items", () => withMetrics(6, 1_000_000)],
  [8, "a million records", "too-many-items", () => `[${many(1_000_000, String)}]`],
  [10, "ten million lists, one in the other", "too-many-items", () => nested(10_000_000)],
  [12, "ten million empty objects", "too-many-items", () => holding(12, `[${"{},".repeat(10_000_000)}0]`)],
];

/** The largest memory that a process had, in MiB: `env` makes it note that when it ends. */
function peakIn(folder: string) {
  const noted = join(folder, "peak.txt");
  const script = join(folder, "peak.cjs");
  writeFileSync(
    script,
    `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(noted)}, String(process.resourceUsage().maxRSS)));`,
  );
  return { env: { NODE_OPTIONS: `--require ${script}` }, mib: () => Number(readFileSync(noted, "utf8")) / 1024 };
}

/** Gzip of `mib` MiB: members of 16 MiB of these bytes each. */
const bombOf = (mib: number, bytes: string) => {
  const member = gzipSync(Buffer.alloc(16 * MIB, bytes));
  return Buffer.concat(Array.from({ length: mib / 16 }, () => member));
};

describeOnEngines("hostile sizes", (engine) => {
  test("lines that are too long, too deep or too full cost themselves only, and no memory to speak of", () =>
    HostileDesk.lend(engine, async (desk) => {
      const file = join(desk.folder, "large.ndjson");
      writeFileSync(file, good(1));
      for (const [line, , , make] of LARGE) writeFileSync(file, `${make()}\n${good(line + 1)}`, { flag: "a" });
      const peak = peakIn(desk.folder);
      const answer = await desk.ingest(["large.ndjson"], 1, peak.env);
      expect(answer).toMatchObject({ stored: LARGE.length + 1, rejected: LARGE.length });
      if (engine === "postgres") expect(peak.mib(), "MiB").toBeLessThan(LINES_MIB);
      const rejects = await desk.rejects();
      expect(rejects.map(({ line, code }) => [line, code])).toEqual(LARGE.map(([line, , code]) => [line, code]));
      for (const { reason } of rejects) expect(reason).toMatch(/\(timeback ingest --max-(line-bytes|depth|items)\)$/);
    }));

  test("a gzip bomb ends where it expands too far; what stood before is kept, and so are other files", () =>
    HostileDesk.lend(engine, async (desk) => {
      const start = gzipSync(good(1));
      const blank = `${" ".repeat(4095)}\n`;
      writeFileSync(
        join(desk.folder, "blank.ndjson.gz"),
        Buffer.concat([start, bombOf(1024, blank), gzipSync(good(2))]),
      );
      writeFileSync(join(desk.folder, "line.ndjson.gz"), Buffer.concat([gzipSync(good(3)), bombOf(1024, "a")]));
      writeFileSync(join(desk.folder, "other.ndjson"), good(4));
      const files = ["blank.ndjson.gz", "line.ndjson.gz", "other.ndjson"];
      const peak = peakIn(desk.folder);
      const answer = await desk.ingest([...files, "--max-line-bytes", "1000000"], 1, peak.env);
      expect(answer).toMatchObject({ files: 3, stored: 3, rejected: 3 });
      if (engine === "postgres") expect(peak.mib(), "MiB").toBeLessThan(BOMB_MIB);
      const rejects = await desk.rejects();
      expect(rejects.map(({ file, code }) => [file, code])).toEqual([
        ["blank.ndjson.gz", "gzip-expansion"],
        ["line.ndjson.gz", "line-too-long"],
        ["line.ndjson.gz", "gzip-expansion"],
      ]);
      expect(rejects[0]?.reason).toMatch(
        /expands to more than 250 times its size; its first \d+ bytes were read, the rest was not; if that is right, give timeback ingest --max-expansion$/,
      );
      const allowed = Buffer.concat([start, bombOf(80, blank), gzipSync(good(2))]);
      writeFileSync(join(desk.folder, "blank.ndjson.gz"), allowed);
      expect(await desk.ingest(["blank.ndjson.gz", "--max-expansion", "2000"], 0)).toMatchObject({
        ...{ records: 2, stored: 1, duplicates: 1, rejected: 0 },
      });
    }));

  test("each limit can be set: lower ones refuse, their defaults read the same file", () =>
    HostileDesk.lend(engine, async (desk) => {
      const few = { generated: { items: [{ type: "xpEarned", value: 1 }] } };
      const lines = [
        event(1, few),
        event(2, { ...few, note: "a".repeat(2_000) }),
        event(3, { ...few, x: -77 }).replace("-77", nested(8)),
        event(4),
        `[${event(5)},${event(6)},${event(7)},${event(8)}]`,
      ];
      writeFileSync(join(desk.folder, "limits.ndjson"), lines.join("\n"));
      const limits = ["--max-line-bytes", "4000", "--max-depth", "8", "--max-items", "3"];
      const tight = ["--max-line-bytes", "2000", ...limits.slice(2)];
      expect(await desk.ingest(["limits.ndjson", ...limits], 1)).toMatchObject({ stored: 2, rejected: 3 });
      expect((await desk.rejects()).map(({ line, code }) => [line, code])).toEqual([
        [3, "too-deep"],
        [4, "too-many-items"],
        [5, "too-many-items"],
      ]);
      expect(await desk.ingest(["limits.ndjson", ...tight], 1)).toMatchObject({ duplicates: 1, rejected: 4 });
      expect(await desk.ingest(["limits.ndjson"], 0)).toMatchObject({ records: 8, stored: 6, rejected: 0 });
    }));

  test("many bad records of one line are kept each by itself, not the line with each", () =>
    HostileDesk.lend(engine, async (desk) => {
      const bad = Array.from({ length: 2_000 }, (_, n) => event(n, { eventTime: "2025-03-01T08:00:00" }));
      writeFileSync(join(desk.folder, "envelope.ndjson"), `{"sensor":"s","data":[${bad}]}\n`);
      expect(await desk.ingest(["envelope.ndjson"], 1)).toMatchObject({ records: 2_000, rejected: 2_000 });
      const kept = "select sum(octet_length(record))::int as bytes, count(*)::int as records from timeback.rejects";
      expect(await desk.database.query(kept)).toEqual([{ bytes: bad.join("").length, records: 2_000 }]);
    }));
});

test.each([
  ["--max-line-bytes", "0"],
  ["--max-line-bytes", "200000000"],
  ["--max-depth", "1001"],
  ["--max-items", "many"],
  ["--max-expansion", "-1"],
])("%s %s is a call gone wrong", async (option, value) => {
  const run = await timeback(["ingest", "-", option, value]);
  expect(run).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining("expected a whole number from 1 to"),
  });
});
