import { existsSync, readdirSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { pathFrom } from "../../config.js";
import { UsageError, WorkError } from "../../errors.js";
import type { Rates, SimulationOptions } from "../../pipelines/simulate/options.js";
import type { SimulationSummary } from "../../pipelines/simulate/simulate.js";
import { dayOption } from "../shell/days.js";
import { stopOn } from "../shell/options.js";
import { openProgress } from "../shell/progress.js";
import { openScreen, type Screen } from "../shell/screen.js";
import type { Shell } from "../shell/shell.js";
import { printSummary } from "../shell/summary.js";
import { simulationRates } from "./rates.js";

const COMMAND = "simulate";
const MAX_STUDENTS = 1_000_000;
const MAX_DAYS = 366;
const MAX_SEED = 2_147_483_647;
const MAX_TIME_EVENTS = 240;

type SimulateFlags = Omit<SimulationOptions, "rates"> & {
  out: string;
  force?: boolean;
  format: "table" | "json";
  output?: string;
  quiet?: boolean;
  verbose?: boolean;
} & Record<`${keyof Rates}Rate`, number>;

const whole =
  (min: number, max: number) =>
  (text: string): number => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max))
      throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}`);
    return value;
  };

function rateOption(text: string): number {
  if (!/^(0(\.\d{1,6})?|1(\.0{1,6})?)$/.test(text)) throw new InvalidArgumentError("expected a rate from 0 to 1");
  return Number(text);
}

function namesOption(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("expected names of apps, separated by commas");
  return names;
}

/** Events of other years would be refused (docs/caliper.md, "What is tolerated"). */
function startOption(text: string): string {
  const day = dayOption(text);
  if (day < "1970" || day >= "2990") throw new InvalidArgumentError("expected a day from 1970 to 2989");
  return day;
}

const rateNames = Object.keys(simulationRates) as (keyof Rates)[];
const flagOf = (rate: keyof Rates): string => `--${rate.replace(/[A-Z]/g, (big) => `-${big.toLowerCase()}`)}-rate`;

/** `timeback simulate`: a population with known truth, as files. */
export const simulateCommand = (shell: Shell): Command => {
  const command = new Command(COMMAND)
    .description("write a seeded population of students whose true XP is known, as files")
    .requiredOption("--out <dir>", "folder to write to; new or empty")
    .option("--force", "write into a folder that holds something; let --output replace a file that is there")
    .option("--seed <n>", "the same seed gives the same files", whole(0, MAX_SEED), 1)
    .option("--students <n>", "number of students", whole(1, MAX_STUDENTS), 40)
    .option("--days <n>", "number of days", whole(1, MAX_DAYS), 28)
    .option("--start <day>", "first day", startOption, "2025-03-03")
    .option("--apps <names>", "only these apps, separated by commas (an unknown name lists them)", namesOption)
    .option("--time-events <n>", "TimeSpentEvents for each activity", whole(0, MAX_TIME_EVENTS), 1);
  for (const rate of rateNames) {
    const [standard, meaning] = simulationRates[rate];
    command.addOption(new Option(`${flagOf(rate)} <rate>`, meaning).argParser(rateOption).default(standard));
  }
  return command
    .addOption(new Option("--format <format>", "form of the answer").choices(["table", "json"]).default("table"))
    .option("--output <file>", "write the answer to a file instead of stdout")
    .option("-q, --quiet", "nothing on stderr unless something is wrong; no answer of a run that was done")
    .option("-v, --verbose", "say more on stderr; the stack of a fault")
    .addHelpText("after", HELP)
    .action((flags: SimulateFlags) => run(shell, flags));
};

const HELP = `
Examples:
  $ timeback simulate --out population
  $ timeback simulate --out population --seed 7 --students 200 --days 60 --format json
  $ timeback simulate --out honest --bundle-rate 0 --twin-rate 0

It writes events.ndjson (Caliper), source-1/ and source-2/ (dumps of the OneRoster tables at two instants) and truth.json
(true XP by student and day, bundled events with their parts, sources that tell the same XP, the naive sum). No database
is touched.

To see what timeback makes of a population:
  $ export TIMEBACK_HOME=population/home
  $ timeback ingest population/events.ndjson
  $ timeback import oneroster population/source-1 && timeback etl oneroster
  $ timeback import oneroster population/source-2 && timeback etl oneroster
  $ timeback report --format json

To test a sender, or a pipeline of your own: feed it events.ndjson line by line and the tables in order, and compare its
sums with days[].trueXp. A sum that comes out at naiveXp counts XP twice; one that is too high by excessXp counts a
bundle as it was sent. Narrow it down with --apps and with rates of 0 and 1. docs/simulate.md tells the rest.`;

async function run(shell: Shell, flags: SimulateFlags): Promise<void> {
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
  if (!statSync(path).isDirectory()) throw new UsageError(`--out ${name}: is no folder`);
  if (readdirSync(path).length > 0 && !force)
    throw new UsageError(`--out ${name}: is not empty; name a new folder, or add --force to write into it`);
}

async function written(
  shell: Shell,
  screen: Screen,
  options: SimulationOptions,
  { name, path }: Folder,
): Promise<SimulationSummary> {
  const { simulate } = await import("../../pipelines/simulate/simulate.js");
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
    throw new WorkError(`--out ${name}: ${error.message}; the files there are not complete`, { cause: error });
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
