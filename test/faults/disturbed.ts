import { expect } from "vitest";
import type { FreshDatabase } from "../support/engines.js";
import { type Run, startTimeback, spawned as timeback } from "../support/timeback.js";
import { seed } from "./form.js";
import { FaultProxy, type Link, type Moment } from "./proxy.js";
import { lendCopy, type Stage } from "./stages.js";
import { stateOf } from "./state.js";

/** What a stage comes to when nothing disturbs it, and when it can be disturbed. */
export interface Calm {
  state: string[];
  /** What the run says it did (`answerOf`). */
  answer: string;
  moments: Moment[];
  commits: Moment[];
  /** The number of the statement that is the first commit. */
  firstCommit: number;
}

const momentsOf = (count: number, of: Moment["of"], whens: readonly Moment["when"][]): Moment[] =>
  Array.from({ length: count }, (_, n) => whens.map((when) => ({ nth: n + 1, of, when }))).flat();

/** Which of its databases the program is disturbed at: the one that it writes, or the source that it reads. */
export type Side = "DATABASE_URL" | "ONEROSTER_DATABASE_URL";

/** Where the program of a stage finds its databases. */
const urlsOf = (stage: Stage, database: FreshDatabase): Record<Side, string> => ({
  DATABASE_URL: String(database.url),
  ONEROSTER_DATABASE_URL: stage.env.ONEROSTER_DATABASE_URL ?? "",
});

/** What a run says it did, without when it did it and how long that took. */
export const answerOf = ({ stdout }: Run): string => stdout.replace(/\d+\.\d s$|[-\d]{10}T[\d:.]+Z/gm, "");

/** Runs the stage to its end, and counts the moments of this side. */
export const undisturbed = (stage: Stage, side: Side = "DATABASE_URL"): Promise<Calm> =>
  lendCopy(stage, async (database) => {
    const proxy = await FaultProxy.open(urlsOf(stage, database)[side]);
    try {
      const run = await timeback(stage.args, { env: { ...stage.env, ...database.env, [side]: proxy.url } });
      expect(run.code, run.stderr).toBeLessThanOrEqual(1);
      const { firstCommit } = proxy;
      const { statement, commit, "copy data": copied } = proxy.counts;
      return {
        state: await stateOf(database),
        answer: answerOf(run),
        moments: [
          ...momentsOf(statement, "statement", ["before", "sent", "answered"]),
          ...momentsOf(copied, "copy data", ["before"]),
        ],
        commits: momentsOf(commit, "commit", ["before", "sent", "answered"]),
        firstCommit,
      };
    } finally {
      await proxy.close();
    }
  });

/** What may be done at a moment. Bytes that it returns "before" go to the server in place of what was sent. */
export type Disturbance = (at: {
  link: Link;
  proxy: FaultProxy;
  kill(signal?: NodeJS.Signals): void;
}) => Promise<Buffer | undefined> | Buffer | undefined;

/** A stage, the database that it works on, and where it is disturbed. */
export interface Scene {
  stage: Stage;
  database: FreshDatabase;
  env?: Record<string, string>;
  side?: Side;
}

/** Runs the stage on the database and disturbs it at the moment; `struck` is false where it ended before that. */
export async function disturbedRun(
  { stage, database, env = {}, side = "DATABASE_URL" }: Scene,
  moment: Moment,
  disturb: Disturbance,
): Promise<{ run: Run; struck: boolean }> {
  const proxy = await FaultProxy.open(urlsOf(stage, database)[side]);
  try {
    let kill = (_?: NodeJS.Signals) => {};
    let fault: unknown;
    let disturbing: Promise<unknown> = Promise.resolve();
    const disturbNow = async (link: Link): Promise<Buffer | undefined> => {
      try {
        return await disturb({ link, proxy, kill });
      } catch (error) {
        fault = error;
        kill();
        return undefined;
      }
    };
    proxy.arm(moment, (link) => {
      const done = disturbNow(link);
      disturbing = done;
      return done;
    });
    const { child, ended } = await startTimeback(stage.args, {
      env: { ...stage.env, ...database.env, [side]: proxy.url, ...env },
    });
    kill = (signal = "SIGKILL") => void child.kill(signal);
    const run = await ended;
    await disturbing;
    if (fault !== undefined) throw fault;
    return { run, struck: proxy.struck };
  } finally {
    await proxy.close();
  }
}

/** How to repeat a point. */
export const pointName = (stage: Stage, { when, of, nth }: Moment, more: string): string =>
  `FAULT_SEED=${seed}: ${stage.name}, ${more}, ${when} ${of} ${nth}`;

/** Runs the stage again, with nothing in its way, and compares. */
export async function expectSameAfterRerun(
  stage: Stage,
  { database, calm, point }: { database: FreshDatabase; calm: Calm; point: string },
): Promise<void> {
  const again = await timeback(stage.args, { env: { ...stage.env, ...database.env } });
  const state = await stateOf(database);
  const isSame = (again.code === 0 || again.code === 1) && state.join() === calm.state.join();
  if (!isSame) process.stderr.write(`FAILED ${point}\n`); // a long run need not end before this is seen
  expect(again.code, `${point}: ${again.stderr}`).toBeLessThanOrEqual(1);
  expect(state, point).toEqual(calm.state);
}

const TRIED = /; trying again in \d+\.\d s$/;
const KEPT = /what was committed is kept|nothing was (written|changed)/;

/** The run was done, or exit 3 says in one line what was kept; no stack, no event that nobody heard. */
export function expectDoneOrExplained(run: Run, point: string): void {
  expect(run, point).toMatchObject({ signal: null });
  expect([0, 1, 3], `${point}: ${run.stderr}`).toContain(run.code);
  expect(run.stderr, point).not.toMatch(/^\s+at |nhandled|node:|a fault of this program/m);
  if (run.code !== 3) return;
  const lines = run.stderr.trimEnd().split("\n");
  expect(
    lines.filter((line) => !TRIED.test(line)),
    `${point}: ${run.stderr}`,
  ).toEqual([expect.stringMatching(KEPT)]);
}
