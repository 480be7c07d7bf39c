import { Command, InvalidArgumentError, Option } from "commander";
import type { Rates } from "../../pipelines/simulate/options.js";
import { dayOption } from "../shell/days.js";
import type { Shell } from "../shell/shell.js";
import { rateNames, simulationRates } from "./rates.js";
import type { SimulateFlags } from "./simulate.run.js";

const MAX_STUDENTS = 1_000_000;
const MAX_DAYS = 366;
const MAX_SEED = 2_147_483_647;
const MAX_TIME_EVENTS = 240;

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

const flagOf = (rate: keyof Rates): string => `--${rate.replace(/[A-Z]/g, (big) => `-${big.toLowerCase()}`)}-rate`;

/** `timeback simulate`: a population with known truth, as files. */
export const simulateCommand = (shell: Shell): Command => {
  const command = new Command("simulate")
    .description("write files of a simulated population whose true XP is known")
    .requiredOption("--out <dir>", "folder to write to (new or empty)")
    .option("--force", "write into a folder that is not empty; overwrite an existing --output file")
    .option("--seed <n>", "random seed; the same seed gives the same files", whole(0, MAX_SEED), 1)
    .option("--students <n>", "number of students", whole(1, MAX_STUDENTS), 40)
    .option("--days <n>", "number of days", whole(1, MAX_DAYS), 28)
    .option("--start <day>", "first day", startOption, "2025-03-03")
    .option("--apps <names>", "only these apps, separated by commas (an unknown name lists them)", namesOption)
    .option("--time-events <n>", "TimeSpentEvents per activity", whole(0, MAX_TIME_EVENTS), 1);
  for (const rate of rateNames) {
    const [standard, meaning] = simulationRates[rate];
    command.addOption(new Option(`${flagOf(rate)} <rate>`, meaning).argParser(rateOption).default(standard));
  }
  return command
    .addOption(new Option("--format <format>", "output format").choices(["table", "json"]).default("table"))
    .option("--output <file>", "write the answer to a file instead of stdout")
    .option("-q, --quiet", "no progress, notes or run summary; warnings and errors still go to stderr")
    .option("-v, --verbose", "more detail on stderr, including stack traces")
    .addHelpText("after", HELP)
    .action(async (flags: SimulateFlags) => (await import("./simulate.run.js")).runSimulate(shell, flags));
};

const HELP = `
Examples:
  $ timeback simulate --out population
  $ timeback simulate --out population --seed 7 --students 200 --days 60 --format json
  $ timeback simulate --out honest --bundle-rate 0 --twin-rate 0

Writes events.ndjson (Caliper), source-1/ and source-2/ (dumps of the OneRoster tables at two instants) and truth.json (true
XP by student and day, bundled events with their parts, sources that report the same XP, the naive sum). Uses no database.

To load a population:
  $ export TIMEBACK_HOME=population/home
  $ timeback ingest population/events.ndjson
  $ timeback import oneroster population/source-1 && timeback etl oneroster
  $ timeback import oneroster population/source-2 && timeback etl oneroster
  $ timeback report --format json

To test a sender or your own pipeline, feed it events.ndjson line by line and the tables in order, then compare its sums with
days[].trueXp. A sum equal to naiveXp counts XP twice; a sum too high by excessXp counts a bundle as sent. Narrow it down
with --apps and with rates of 0 and 1. docs/simulate.md has the details.`;
