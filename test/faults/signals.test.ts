import { spawnSync } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { type Run, type RunOptions, startTimeback, spawned as timeback } from "../support/timeback.js";
import { until } from "../support/until.js";
import { type Calm, expectSameAfterRerun, undisturbed } from "./disturbed.js";
import { chance, points, record, seed, some } from "./form.js";
import { lendCopy, type Stage, Stages } from "./stages.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 143 };
type Signal = (typeof SIGNALS)[number];
const LONGEST_MS = 5000;

/** Sends the signal after a while and tells how long the run then took to end. */
async function signalled(
  args: readonly string[],
  options: RunOptions,
  ...signals: readonly { signal: Signal; after: number }[]
): Promise<{ run: Run; tookMs: number }> {
  const { child, ended } = await startTimeback(args, options);
  let last = Date.now();
  for (const { signal, after } of signals) {
    await Promise.race([sleep(after), ended]);
    last = Date.now();
    child.kill(signal);
  }
  const run = await ended;
  return { run, tookMs: Date.now() - last };
}

/** Done before it was told to stop, killed before it could listen, or stopped with its code and one line. */
function expectStopped(run: Run, signal: Signal, point: string): void {
  if (run.signal === signal || run.code === 0 || run.code === 1) return;
  expect(run, `${point}: ${run.stderr}`).toMatchObject({ code: CODES[signal], signal: null });
  expect(run.stderr, point).toMatch(
    /^timeback: stopped by SIG[A-Z]+( in the middle of its work)?; what was committed is kept/,
  );
  expect(run.stderr.trimEnd().split("\n"), point).toHaveLength(1);
}

async function stopOnce(stage: Stage, calm: Calm, at: { signal: Signal; after: number }): Promise<Run["code"]> {
  const point = `FAULT_SEED=${seed}: ${stage.name}, ${at.signal} after ${at.after} ms`;
  return lendCopy(stage, async (database) => {
    const { run, tookMs } = await signalled(stage.args, { env: { ...stage.env, ...database.env } }, at);
    expectStopped(run, at.signal, point);
    expect(tookMs, point).toBeLessThan(LONGEST_MS);
    await expectSameAfterRerun(stage, { database, calm, point });
    return run.code;
  });
}

async function durationOf(stage: Stage): Promise<number> {
  return lendCopy(stage, async (database) => {
    const started = Date.now();
    await timeback(stage.args, { env: { ...stage.env, ...database.env } });
    return Date.now() - started;
  });
}

/** Each run has a database of its own, else most of them would wait for the lock. */
const stalled = (stages: Stages, input: string, ...signals: readonly { signal: Signal; after: number }[]) =>
  stages.empty().then(({ env }) => signalled(["ingest", input], { env, keepInputOpen: true }, ...signals));

describe.skipIf(!hasPostgres)("signals", () => {
  let stages: Stages;
  beforeAll(async () => {
    stages = await Stages.open("postgres");
  });
  afterAll(() => stages.close());

  test.each(some<"ingest" | "etl" | "recompute" | "repair">(["recompute"], ["ingest", "etl", "repair"]))(
    "at random moments: %s",
    async (name) => {
      const stage = await stages[name]();
      const calm = await undisturbed(stage);
      const longest = await durationOf(stage);
      const random = chance(`signals ${name}`);
      const codes: Record<string, number> = {};
      const count = points(1, 50) * (points(1, 50) === 1 ? 1 : SIGNALS.length);
      for (let n = 0; n < count; n += 1) {
        const signal = SIGNALS[n % SIGNALS.length] ?? "SIGINT";
        const code = await stopOnce(stage, calm, { signal, after: Math.round(random() * longest) });
        codes[String(code)] = (codes[String(code)] ?? 0) + 1;
      }
      record(`signals: ${stage.name}`, { points: count, codes });
    },
  );

  test("an input that stalls: the run ends within five seconds, at the second signal at once", async () => {
    const folder = await scratchFolder("stall");
    const [unopened, silent] = [join(folder, "unopened"), join(folder, "silent")];
    spawnSync("mkfifo", [unopened, silent]);
    const writer = openSync(silent, "r+"); // Linux: waits for nobody
    writeSync(writer, "not json\n");
    const inputs = [unopened, silent, "-"];
    try {
      const once = await Promise.all(inputs.map((input) => stalled(stages, input, { signal: "SIGTERM", after: 2000 })));
      for (const { run, tookMs } of once) {
        expect(run, run.stderr).toMatchObject({ code: 143, stdout: "" });
        expect(run.stderr.trimEnd().split("\n")).toEqual([
          expect.stringMatching(/^timeback: stopped by SIGTERM.+ a rerun continues$/),
        ]);
        expect(tookMs).toBeLessThan(LONGEST_MS);
      }
      const signals = [
        { signal: "SIGINT", after: 2000 },
        { signal: "SIGINT", after: 100 },
      ] as const;
      for (const { run, tookMs } of await Promise.all(inputs.map((input) => stalled(stages, input, ...signals)))) {
        expect(run, run.stderr).toMatchObject({ code: 130, signal: null });
        expect(tookMs).toBeLessThan(1000);
      }
    } finally {
      closeSync(writer);
    }
  });

  test("an output that nobody reads: the run ends within five seconds; one that is read has the whole answer", async () => {
    const pipe = join(await scratchFolder("unread"), "pipe");
    spawnSync("mkfifo", [pipe]);
    const { env } = await stages.empty();
    const args = ["facts", "--format", "csv", "--output", pipe];
    const { run, tookMs } = await signalled(args, { env }, { signal: "SIGTERM", after: 2000 });
    expect(run, run.stderr).toMatchObject({ code: 143, signal: null });
    expect(tookMs).toBeLessThan(LONGEST_MS);
    const whole = { env: (await stages.repair()).before.env };
    const [written, read] = await Promise.all([timeback(args, whole), readFile(pipe, "utf8")]);
    expect(written, written.stderr).toMatchObject({ code: 0, stdout: "" });
    expect(read).toBe((await timeback(args.slice(0, 3), whole)).stdout);
  });

  test("a run that waits for the lock", async () => {
    const database = await stages.empty(); // one of its own: runs that were killed have no outcome either
    const holder = await startTimeback(["ingest", "-"], { env: database.env, keepInputOpen: true });
    try {
      await until(async () => (await database.query("select from timeback.runs where outcome is null")).length > 0);
      const { run, tookMs } = await signalled(
        ["ingest", "-"],
        { env: database.env },
        { signal: "SIGINT", after: 2000 },
      );
      expect(run, run.stderr).toMatchObject({ code: 130, stdout: "" });
      expect(tookMs).toBeLessThan(LONGEST_MS);
    } finally {
      holder.child.kill("SIGKILL");
      await holder.ended;
    }
  });
});
