import { type Command, InvalidArgumentError, Option } from "commander";
import { STANDARD_LINK_WINDOW_SECONDS } from "../../domain/rules/fact-rules.js";
import { dayOption } from "./days.js";

/** Forms in which a command can print its answer. */
export type Format = "table" | "json" | "ndjson" | "csv";

/** Forms of a command whose findings a CI job can show as tests. */
export type GateFormat = Format | "junit";

/** Every form that some command has. */
export type AnyFormat = GateFormat | "html";

/** What every command takes about its answer. */
export interface OutputFlags<Form = Format> {
  format: Form;
  raw?: boolean;
  redact?: boolean;
  output?: string;
  force?: boolean;
  ownerOnly?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  color?: boolean;
}

/** What every command takes that opens a database. */
export interface CommonFlags<Form = Format> extends OutputFlags<Form> {
  databaseUrl?: string;
  sourceUrl?: string;
  dataDir?: string;
  lockWait?: string;
  migrate?: boolean;
}

/** Made once for all commands: to read their flags takes a good part of `--help`. */
const OUTPUT_OPTIONS: readonly Option[] = [
  new Option("--output <file>", "write the answer to a file instead of stdout"),
  new Option("--force", "overwrite an existing --output file"),
  new Option("-q, --quiet", "no progress, notes or run summary; warnings and errors still go to stderr"),
  new Option("-v, --verbose", "more detail on stderr, including stack traces"),
  new Option("--no-color", "no colour in tables"),
];

const DATABASE_OPTIONS: readonly Option[] = [
  new Option("--database-url <url>", "analytics database (DATABASE_URL); without it, an embedded one"),
  new Option("--source-url <url>", "OneRoster source database (ONEROSTER_DATABASE_URL)"),
  new Option("--data-dir <dir>", "data directory of the embedded database (TIMEBACK_HOME, default ./.timeback)"),
  new Option("--lock-wait <seconds>", "how long to wait while another run holds the lock (default 60)"),
  new Option("--no-migrate", "refuse an outdated schema instead of migrating it"),
];

const withOptions = (command: Command, options: readonly Option[]): Command =>
  options.reduce((made, option) => made.addOption(option), command);

/** Adds the options that every command has about its answer; `formats[0]` is the default. */
export function withOutputOptions(command: Command, formats: readonly [AnyFormat, ...AnyFormat[]]): Command {
  const format = new Option("--format <format>", "output format").choices(formats).default(formats[0]);
  return withOptions(command.addOption(format), OUTPUT_OPTIONS);
}

/** Adds the options that every command has that opens a database; `formats[0]` is the default. */
export const withCommonOptions = (command: Command, formats: readonly [AnyFormat, ...AnyFormat[]]): Command =>
  withOptions(withOutputOptions(command, formats), DATABASE_OPTIONS);

/** Adds the settings that shape facts, for commands that may be the first run of a database. */
export function withFactOptions(command: Command): Command {
  return command
    .option("--zone <zone>", "time zone that decides the day of a fact (set by the first run; default UTC)")
    .option(
      "--link-window <seconds>",
      `rule L2: maximum distance between score_date and eventTime (set by the first run; default ${STANDARD_LINK_WINDOW_SECONDS})`,
    );
}

/** What the commands that read facts take. */
export interface ReadingFlags<Form = Format> extends CommonFlags<Form> {
  from?: string;
  to?: string;
}

/** Forms of a list. */
export const FORMATS: readonly [Format, ...Format[]] = ["table", "json", "ndjson", "csv"];

/** Adds what a command takes whose answer names people. */
export const withRedact = (command: Command): Command =>
  command.option("--redact", "replace emails, student ids and names by stable pseudonyms, for tickets");

/** Adds the common options of a command whose answer is a list. */
export const withListOptions = (command: Command, formats: readonly [AnyFormat, ...AnyFormat[]] = FORMATS): Command =>
  withRedact(withCommonOptions(command, formats)).option(
    "--raw",
    "write CSV cells verbatim; by default, cells that look like formulas are neutralized",
  );

/** Adds what the commands that read facts take: a student, and days. */
export const withFactScope = (command: Command, formats: readonly [AnyFormat, ...AnyFormat[]] = FORMATS): Command =>
  withListOptions(command, formats)
    .argument("[email]", "student (without it, all students)", (email: string) => {
      if (email.trim() === "") throw new InvalidArgumentError("expected an email");
      return email;
    })
    .option("--from <day>", "first day of facts, YYYY-MM-DD in the stored zone", dayOption)
    .option("--to <day>", "last day of facts, inclusive", dayOption);
