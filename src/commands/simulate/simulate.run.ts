import { existsSync, readdirSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { pathFrom } from "../../config.js";
import { UsageError, WorkError } from "../../errors.js";
import { stopOn } from "../../operations/invocation.js";
import type { Rates, SimulationOptions } from "../../pipelines/simulate/options.js";
import { type SimulationSummary, simulate } from "../../pipelines/simulate/simulate.js";
import { openProgress } from "../shell/progress.js";
import { openScreen, type Screen } from "../shell/screen.js";
import type { Shell } from "../shell/shell.js";
import { printSummary } from "../shell/summary.js";
import { rateNames } from "./rates.js";

/** What `timeback simulate` takes. */
export type SimulateFlags = Omit<SimulationOptions, "rates"> & {
  out: string;
  force?: boolean;
  format: "table" | "json";
  output?: string;
  quiet?: boolean;
  verbose?: boolean;
} & Record<`${keyof Rates}Rate`, number>;

const COMMAND = "simulate";

/** Writes the population and says what it holds. */
export async function runSimulate(shell: Shell, flags: SimulateFlags): Promise<void> {
  const screen = openScreen(shell, { ...flags, color: false });
  const folder = pathFrom(shell.cwd, flags.out);
  checkFolder({ name: flags.out, path: folder }, flags.force === true);
  const { seed, students, days, start, apps, timeEvents } = flags;
  const rates = Object.fromEntries(rateNames.map((rate) => [rate, flags[`${rate}Rate`]])) as unknown as Rates;
  const options = { seed, students, days, start, ...(apps ? { apps } : {}), timeEvents, rates };
  const summary = await written(shell, screen, options, { name: flags.out, path: folder });
  await printSummary(screen, flags, answerOf(summary, flags), lineOf(summary, flags.out));
}

/** Where to write to. */
interface Folder {
  /** As it was typed. */
  name: string;
  path: string;
}

/** @throws UsageError where something stands in the way */
function checkFolder({ name, path }: Folder, force: boolean): void {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) throw new UsageError(`--out ${name}: is not a folder`);
  if (readdirSync(path).length > 0 && !force)
    throw new UsageError(`--out ${name}: is not empty; name a new folder, or use --force to write into it`);
}

async function written(
  shell: Shell,
  screen: Screen,
  options: SimulationOptions,
  { name, path }: Folder,
): Promise<SimulationSummary> {
  const progress = await openProgress(screen);
  try {
    return await simulate({
      options,
      folder: resolve(path),
      stop: stopOn(shell.signal),
      progress: (students) => progress.show(`${students.toLocaleString("en-US")} students`),
    });
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new WorkError(`--out ${name}: ${error.message}; the files there are incomplete`, { cause: error });
  } finally {
    progress.end();
  }
}

/** The sums have few enough digits to be the same number again in JSON. */
function answerOf({ students, trueXp, naiveXp, bundled, counts }: SimulationSummary, { out, seed }: SimulateFlags) {
  return { command: COMMAND, out, seed, students, bundled, trueXp: Number(trueXp), naiveXp: Number(naiveXp), counts };
}

const lineOf = ({ students, trueXp, naiveXp, bundled, counts }: SimulationSummary, folder: string): string =>
  `simulate: ${students} students, ${counts.activityEvent} events, ${counts.result} results in ${folder}; ` +
  `true XP ${trueXp}, naive sum ${naiveXp}, ${bundled} bundled events`;
