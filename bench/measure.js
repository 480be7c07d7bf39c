// Wall time and peak memory of whole commands.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A command's wall time in seconds and its peak memory in MB. @throws Error for an exit code other than 0 and 1 */
export function timed(command, args, env = {}) {
  const report = join(tmpdir(), `timeback-bench-${process.pid}.time`);
  const started = process.hrtime.bigint();
  const run = spawnSync("/usr/bin/time", ["-o", report, "-f", "%M", command, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (run.status !== 0 && run.status !== 1)
    throw new Error(`${command} ${args.join(" ")} ended with ${run.status}: ${run.stderr}`);
  const megabytes = Number(readFileSync(report, "utf8").trim().split("\n").at(-1)) / 1024;
  return { seconds, megabytes, stdout: run.stdout };
}

/** The middle one; of an even number the upper one. */
export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Runs both in turn, so often, and gives the median of each: for what takes so little that once tells nothing. */
export function inTurn(times, one, other) {
  const runs = Array.from({ length: times }, () => [one(), other()]);
  const middle = (side) => ({
    seconds: median(runs.map((pair) => pair[side].seconds)),
    megabytes: median(runs.map((pair) => pair[side].megabytes)),
  });
  return [middle(0), middle(1)];
}
