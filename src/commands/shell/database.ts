import { type Config, readConfig } from "../../config.js";
import type { Invocation, Step } from "../../operations/invocation.js";
import { plainTextHost } from "../../store/engine/postgres.js";
import type { Store } from "../../store/engine/session.js";
import { withSchema } from "../../store/open.js";
import type { RequestedSettings } from "../../store/runs/settings.js";
import type { CommonFlags, OutputFlags } from "./options.js";
import { openProgress, type Progress } from "./progress.js";
import { noteUnless, openScreen, type Screen } from "./screen.js";
import type { Shell } from "./shell.js";

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
function requestedSettings({ zone, linkWindow, testUsers }: Config): RequestedSettings {
  const asked = { zone, "link-window": linkWindow, "test-users": testUsers };
  return Object.fromEntries(Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Says once, on stderr, that records travel to and from a host as plain text. */
function notePlainText(shell: Shell, { quiet }: OutputFlags<unknown>, host: string): void {
  const note = `warning: the connection to ${host} is plain text: others on the network can read and change it; add sslmode=require to the URL to encrypt it`;
  if (shell.given.has(note)) return;
  shell.given.add(note);
  noteUnless(shell, quiet)(note);
}

/** Lends the analytics database, and what is to be called once it is connected. */
function lend<T>(
  { shell, config }: Opened,
  flags: CommonFlags<unknown>,
  command: string,
  work: (store: Store, connected: () => void) => Promise<T>,
): Promise<T> {
  const host = config.databaseUrl === undefined ? null : plainTextHost(config.databaseUrl);
  const options = { ...config, command, migrate: false, announce: noteUnless(shell, flags.quiet) };
  const connected = () => host !== null && notePlainText(shell, flags, host);
  return shell.openStore(options, (store) => work(store, connected));
}

/** Lends the analytics database as it is, whatever its schema. @throws UsageError for a URL that cannot be used */
export async function withAnyDatabase<T>(
  opened: Opened,
  flags: CommonFlags<unknown>,
  command: string,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  return lend(opened, flags, command, (store, connected) => {
    connected();
    return work(store);
  });
}

/** Lends the analytics database to a command, with the schema of this program. */
export async function withDatabase<T>(
  opened: Opened,
  flags: CommonFlags<unknown>,
  command: string,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const schema = { migrate: flags.migrate !== false, lockWait: opened.config.lockWait };
  return lend(opened, flags, command, (store, connected) =>
    withSchema(store, schema, () => {
      connected();
      return work(store);
    }),
  );
}

/** An operation of a command: its name, and how its progress is told. */
export interface Operation {
  command: string;
  text?: (step: Step) => string;
}

/** How a command calls its operation. */
function invocationOf(
  { shell, config, screen }: Opened,
  flags: CommonFlags<unknown>,
  progress: Invocation["progress"],
): Invocation {
  return {
    caller: shell.caller(),
    lockWaitSeconds: config.lockWait,
    settings: requestedSettings(config),
    stop: shell.signal,
    progress,
    notices: { retrying: screen.note, plainText: (host) => notePlainText(shell, flags, host) },
  };
}

/**
 * Opens the analytics database, does an operation on it, and tells its progress on a terminal; `line` is to be ended before anything is
 * written while the operation goes on.
 */
export function operate<T>(
  opened: Opened,
  flags: CommonFlags<unknown>,
  { command, text = ({ doing }) => doing }: Operation,
  work: (store: Store, invocation: Invocation, line: Progress) => Promise<T>,
): Promise<T> {
  return withDatabase(opened, flags, command, async (store) => {
    const line = await openProgress(opened.screen);
    const invocation = invocationOf(opened, flags, (step) => line.show(text(step)));
    return work(store, invocation, line).finally(line.end);
  });
}

/** Progress of an operation on tables. */
export const rowsText = ({ doing, count }: Step): string => `${doing}: ${count.toLocaleString("en-US")} rows`;
/** Progress of an audit. */
export const findingsText = ({ doing, count }: Step): string => `${count} findings; checking ${doing}`;
