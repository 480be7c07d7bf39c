import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { engines, freshDatabase } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { type Run, timeback } from "../support/timeback.js";

// Each folder of fixtures/ is a story; fixtures/README.md says how one is written.

const Row = z.record(z.string(), z.unknown());
type Row = z.infer<typeof Row>;
const Step = z.union([
  z.strictObject({ run: z.array(z.string()), exit: z.number().default(0), json: Row.default({}) }),
  z.strictObject({ facts: z.array(z.looseObject({ studentId: z.string(), factKey: z.string() })) }),
  z.strictObject({ xp: z.record(z.string(), z.record(z.iso.date(), z.string().regex(/^-?\d+\.\d\d$/))) }),
  z.strictObject({ rejects: z.array(z.strictObject({ file: z.string(), line: z.number() })) }),
]);
type Step = z.infer<typeof Step>;
const Story = z.strictObject({
  title: z.string(),
  env: z.record(z.string(), z.string()).default({}),
  steps: z.array(Step),
});
type Story = z.infer<typeof Story>;
type Named = Story & { name: string };

const NO_CHANGE = { inserted: 0, updated: 0, deleted: 0 };
const fixtures = fileURLToPath(new URL("../../fixtures/", import.meta.url));
const stories = readdirSync(fixtures, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => storyFiles(name).map((file) => ({ name, ...readStory(join(fixtures, name, file)) })));

/** PostgreSQL plays each story in both orders, the embedded engine, which takes longer, in one. TEST_STORIES: all, once. */
const bothWays = (engine: string) => ways === "all" || (engine === "postgres" && ways !== "once");
const ways = process.env.TEST_STORIES;
/** Beside PostgreSQL, the embedded engine plays the stories whose SQL differs most; test/properties compares the engines. */
const alone = !engines.some(({ name, available }) => name === "postgres" && available);
const DIALECT = /^(era|date|day|naive|exact|deleted)-/;
const playedOn = (engine: string) => (story: Named) =>
  engine === "postgres" || ways === "all" || alone || DIALECT.test(story.name);
const hasBothRoutes = (story: Story) => runsOf(story, "ingest").length > 0 && runsOf(story, "etl").length > 0;
const isOnlyReordered = (story: Named) => hasBothRoutes(story) && !story.name.startsWith("era-");

// The timeout is long because the stories wait for each other.
for (const { name: engine, available } of engines) {
  describe.skipIf(!available)(`stories [${engine}]`, { timeout: 900_000 }, () => {
    const played = stories.filter(playedOn(engine));
    const toldInFull = played.filter((story) => bothWays(engine) || !isOnlyReordered(story));
    const told = engine === "postgres" ? test.concurrent : test; // few embedded databases stay open
    told.each(toldInFull)("$name: $title", (story) =>
      onFreshDatabase(engine, story, async (player) => {
        for (const step of story.steps) await player.play(step);
        await player.repeatsWithoutChange(story);
      }),
    );

    const reordered = played.filter((story) => (bothWays(engine) ? hasBothRoutes(story) : isOnlyReordered(story)));
    told.each(reordered)("$name, the ETL before the events: $title", (story) =>
      onFreshDatabase(engine, story, async (player) => {
        for (const args of etlFirst(story)) await player.run(args);
        for (const step of lastFacts(story)) await player.play(step);
      }),
    );
  });
}

test("no two stories share a title", () => {
  const titles = stories.map((story) => story.title);
  expect(titles.filter((title, at) => titles.indexOf(title) !== at)).toEqual([]);
});

function storyFiles(folder: string): string[] {
  return readdirSync(join(fixtures, folder)).filter((file) => /^story(-.+)?\.json$/.test(file));
}

function readStory(path: string): Story {
  const story = Story.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (!story.success) throw new Error(`${path}: ${z.prettifyError(story.error)}`);
  return story.data;
}

type RunStep = Extract<Step, { run: string[] }>;
const runsOf = (story: Story, ...commands: string[]): RunStep[] =>
  story.steps.filter((step): step is RunStep => "run" in step && commands.includes(step.run[0] ?? ""));

/** The last command of a kind, as a list of none or one. */
const lastOf = (story: Story, command: string): string[][] =>
  runsOf(story, command)
    .slice(-1)
    .map((step) => step.run);

/** All event files of the story in one command, or none. */
function ingestAll(story: Story): string[][] {
  const files = runsOf(story, "ingest").flatMap((step) => step.run.slice(1));
  return files.length === 0 ? [] : [["ingest", ...new Set(files)]];
}

/** All that the story lands, in another order: every state of the source, one ETL, the events, the stored settings. */
function etlFirst(story: Story): string[][] {
  const imports = runsOf(story, "import").map((step) => step.run);
  const settings = runsOf(story, "recompute").map((step) => step.run);
  return [...imports, ...lastOf(story, "etl"), ...ingestAll(story), ...settings];
}

/** The facts of the final state, whose XP the report sums. */
function lastFacts(story: Story): Step[] {
  const last = story.steps.findLastIndex((step) => "run" in step);
  return story.steps.slice(last + 1).filter((step) => "facts" in step);
}

async function onFreshDatabase(
  engine: (typeof engines)[number]["name"],
  story: Named,
  work: (player: Player) => Promise<void>,
): Promise<void> {
  const database = await freshDatabase(engine, `story ${story.name}`);
  const cwd = await scratchFolder(story.name);
  cpSync(join(fixtures, story.name), cwd, { recursive: true });
  try {
    await work(new Player(cwd, { ...story.env, ...database.env }));
  } finally {
    await database.close();
  }
}

/** Plays a story's steps with the built binary, in a copy of its folder. */
class Player {
  private readonly listed = new Map<string, Row[]>();

  constructor(
    private readonly cwd: string,
    private readonly env: Record<string, string>,
  ) {}

  async play(step: Step): Promise<void> {
    if ("facts" in step) return this.expectFacts(step.facts);
    if ("xp" in step) return this.expectXp(step.xp);
    if ("rejects" in step) return this.expectRejects(step.rejects);
    const { code, answer, stderr } = await this.run(step.run);
    expect({ code, stderr: code === step.exit ? "" : stderr }, step.run.join(" ")).toEqual({
      code: step.exit,
      stderr: "",
    });
    expect(answer, step.run.join(" ")).toMatchObject(step.json);
    expectIdentities(step.run, answer);
  }

  async run(args: readonly string[]): Promise<{ code: number | null; answer: Row; stderr: string }> {
    this.listed.clear();
    const { code, stdout, stderr } = await this.timeback([...args, "--format", "json"]);
    const answered = (code === 0 || code === 1) && stdout !== "";
    expect(answered, `timeback ${args.join(" ")} ends with ${code} and an answer: ${stderr}`).toBe(true);
    return { code, answer: Row.parse(JSON.parse(stdout)), stderr };
  }

  /** Promises 3 and 4: recompute finds nothing to do, and neither does the same input a second time. */
  async repeatsWithoutChange(story: Story): Promise<void> {
    const before = await this.lines(["facts"]);
    const sources = before.flatMap((row) => row.sources);
    expect(sources.length, "a source stands in at most one live fact").toBe(new Set(sources).size);
    const steps = [...ingestAll(story), ...lastOf(story, "import"), ...lastOf(story, "etl")];
    for (const args of [["recompute"], ...steps]) {
      const { code, answer } = await this.run(args);
      const unchanged = args[0] === "import" ? {} : { facts: NO_CHANGE };
      expect({ code, ...answer }, `a second ${args.join(" ")}`).toMatchObject({
        code: 0,
        ...unchanged,
        ...landedAgain(args),
      });
    }
    expect(await this.lines(["facts"]), "the facts after everything was read again").toEqual(before);
  }

  private async expectFacts(expected: Row[]): Promise<void> {
    const rows = await this.lines(["facts"]);
    const keyOf = (row: Row) => `${row.studentId} ${row.factKey}`;
    const wanted = new Map(expected.map((row) => [keyOf(row), row]));
    const seen = rows.map((row) => only(Object.keys(wanted.get(keyOf(row)) ?? row), row));
    const byKey = (a: Row, b: Row) => (keyOf(a) < keyOf(b) ? -1 : 1);
    expect(seen.sort(byKey), "the live facts").toEqual([...expected].sort(byKey));
  }

  private async expectXp(expected: Record<string, Record<string, string>>): Promise<void> {
    const rows = await this.lines(["report"]);
    for (const [student, days] of Object.entries(expected)) {
      const byId = rows.filter((row) => row.studentId === student);
      const own = byId.length > 0 ? byId : rows.filter((row) => row.email === student);
      const seen = own.map((row) => [String(row.date), Number(row.xp).toFixed(2)] as const);
      const total = Object.fromEntries(seen.filter(([date]) => date in days));
      expect(total, `the XP of ${student}`).toEqual(days);
    }
  }

  private async expectRejects(expected: { file: string; line: number }[]): Promise<void> {
    const rows = await this.lines(["rejects", "list"]);
    const seen = rows.map((row) => ({ file: String(row.file).split("/").pop(), line: row.line }));
    expect(
      seen.sort((a, b) => Number(a.line) - Number(b.line)),
      "the rejects",
    ).toEqual(expected);
  }

  /** What a listing says; asked once between two commands that write. */
  private async lines(args: readonly string[]): Promise<Row[]> {
    const known = this.listed.get(args.join(" "));
    if (known) return known;
    const { code, stdout, stderr } = await this.timeback([...args, "--format", "ndjson"]);
    expect(code, `timeback ${args.join(" ")}: ${stderr}`).toBe(0);
    const lines = stdout.split("\n").filter((line) => line !== "");
    const rows = lines.map((line) => Row.parse(JSON.parse(line)));
    this.listed.set(args.join(" "), rows);
    return rows;
  }

  private timeback(args: readonly string[]): Promise<Run> {
    return inTurn(() => timeback(args, { cwd: this.cwd, env: this.env }));
  }
}

const queues: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
let turn = 0;

/** At most two processes at a time, however many stories are under way. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  turn = (turn + 1) % queues.length;
  const mine = (queues[turn] ?? Promise.resolve()).then(work);
  queues[turn] = mine.catch(() => {});
  return mine;
}

const only = (keys: readonly string[], row: Row): Row => Object.fromEntries(keys.map((key) => [key, row[key]]));

function landedAgain(args: readonly string[]): Row {
  if (args[0] === "ingest") return { stored: 0 };
  return args[0] === "etl" ? { changed: 0 } : {};
}

/** Promise 5: every record is in one of the counts. */
function expectIdentities(args: readonly string[], answer: Row): void {
  const sum = (...keys: string[]) => keys.reduce((total, key) => total + Number(answer[key]), 0);
  if (args[0] === "ingest") {
    expect(answer.records).toBe(sum("stored", "duplicates", "conflicts", "skipped", "rejected"));
  }
  if (args[0] === "etl") expect(answer.read).toBe(sum("changed", "unchanged", "rejected", "testUsers"));
}
