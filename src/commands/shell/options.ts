import { type Command, Option } from "commander";
import { type Config, readConfig } from "../../config.js";
import { TimebackError } from "../../errors.js";
import type { Store } from "../../store/engine/session.js";
import type { RequestedSettings } from "../../store/runs/settings.js";
import { noteUnless, openScreen, type Screen } from "./screen.js";
import type { Shell } from "./shell.js";

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
  new Option("--force", "let --output replace a file that is there"),
  new Option("-q, --quiet", "nothing on stderr unless something is wrong; no answer of a run that was done"),
  new Option("-v, --verbose", "say more on stderr; the stack of a fault"),
  new Option("--no-color", "no colour in tables"),
];

const DATABASE_OPTIONS: readonly Option[] = [
  new Option("--database-url <url>", "analytics database (DATABASE_URL); none: an embedded one"),
  new Option("--source-url <url>", "OneRoster source database (ONEROSTER_DATABASE_URL)"),
  new Option("--data-dir <dir>", "data directory of the embedded database (TIMEBACK_HOME, default ./.timeback)"),
  new Option("--lock-wait <seconds>", "how long to wait while another run holds the lock (default 60)"),
  new Option("--no-migrate", "refuse an outdated schema instead of migrating it"),
];

const withOptions = (command: Command, options: readonly Option[]): Command =>
  options.reduce((made, option) => made.addOption(option), command);

/** Adds the options that every command has about its answer; `formats[0]` is the default. */
export function withOutputOptions(command: Command, formats: readonly [AnyFormat, ...AnyFormat[]]): Command {
  const format = new Option("--format <format>", "form of the answer").choices(formats).default(formats[0]);
  return withOptions(command.addOption(format), OUTPUT_OPTIONS);
}

/** Adds the options that every command has that opens a database; `formats[0]` is the default. */
export const withCommonOptions = (command: Command, formats: readonly [AnyFormat, ...AnyFormat[]]): Command =>
  withOptions(withOutputOptions(command, formats), DATABASE_OPTIONS);

/** Adds the settings that shape facts, for commands that may be the first run of a database. */
export function withFactOptions(command: Command): Command {
  return command
    .option("--zone <zone>", "time zone whose days the facts stand on (first run; default UTC)")
    .option(
      "--link-window <seconds>",
      "rule L2: score_date and eventTime at most so far apart (first run; default 86400)",
    );
}

/** A command with its settings read. */
export interface Opened {
  shell: Shell;
  config: Config;
  screen: Screen;
}

/** Reads the settings and opens the screen. @throws UsageError */
export function open(shell: Shell, flags: CommonFlags<unknown> & { zone?: string; linkWindow?: string }): Opened {
  const { databaseUrl, sourceUrl, dataDir, lockWait, zone, linkWindow } = flags;
  const config = readConfig(shell, { databaseUrl, sourceUrl, dataDir, lockWait, zone, linkWindow });
  return { shell, config, screen: openScreen(shell, flags) };
}

/** The settings that shape facts, where flags, environment or file ask for them. */
export function requestedSettings({ zone, linkWindow, testUsers }: Config): RequestedSettings {
  const asked = { zone, "link-window": linkWindow, "test-users": testUsers };
  return Object.fromEntries(Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/**
 * Looks at the URL of a database, and returns what is to be called when it is connected: a line on stderr, once, where
 * records then travel over a network as plain text. @throws UsageError for a URL that cannot be used
 */
export async function plainTextNote(
  shell: Shell,
  { quiet }: OutputFlags<unknown>,
  url: string | undefined,
): Promise<() => void> {
  if (url === undefined) return () => {};
  const { plainTextHost } = await import("../../store/engine/postgres.js");
  const host = plainTextHost(url);
  return () => {
    const note = `warning: the connection to ${host} is plain text: others on the network can read and change it; sslmode=require in the URL encrypts it`;
    if (host === null || shell.given.has(note)) return;
    shell.given.add(note);
    noteUnless(shell, quiet)(note);
  };
}

/** Lends the analytics database to a command. */
export async function withDatabase<T>(
  { shell, config }: Pick<Opened, "shell" | "config">,
  flags: CommonFlags<unknown>,
  command: string,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const note = await plainTextNote(shell, flags, config.databaseUrl);
  const { withSchema } = await import("../../store/open.js");
  const options = { ...config, command, migrate: flags.migrate !== false, announce: noteUnless(shell, flags.quiet) };
  return shell.openStore(options, (store) =>
    withSchema(store, options, () => {
      note();
      return work(store);
    }),
  );
}

/** Told to stop between two chunks: what was committed is kept. */
class Interrupted extends TimebackError {
  constructor(signal: string) {
    super(`stopped by ${signal}; what was committed is kept, a rerun continues`, signal === "SIGINT" ? 130 : 143);
  }
}

/** Throws when the process was told to stop. */
export function stopOn(signal: AbortSignal): () => void {
  return () => {
    if (signal.aborted) throw new Interrupted(String(signal.reason));
  };
}
