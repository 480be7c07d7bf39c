import { existsSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { UsageError, wordsOf } from "./errors.js";

/** How this process reaches its databases, and what it asks of the settings that shape facts. */
export interface Config {
  databaseUrl?: string;
  sourceUrl?: string;
  dataDir: string;
  lockWait: number;
  poolMax: number;
  chunkRecords: number;
  zone?: string;
  linkWindow?: string;
  testUsers?: string;
}

const DEFAULTS = { dataDir: "./.timeback", lockWait: 60, poolMax: 4, chunkRecords: 100_000 };
const LONGEST_WAIT_SECONDS = 86_400;
const MOST_CONNECTIONS = 64;
const MOST_CHUNK_RECORDS = 1_000_000;

/** Settings before they are checked: flags, or a settings file. */
export type RawConfig = Partial<Record<keyof Config, unknown>>;

/** Says what a setting should have been; never what it was. */
class Expected extends Error {}

function postgresUrl(value: unknown): string {
  const url = typeof value === "string" ? value.trim() : "";
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol))
    throw new Expected("a URL such as postgres://user@host:5432/database");
  return url;
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new Expected("a string");
  return value;
}

function path(value: unknown): string {
  if (value === "") throw new Expected("the path of a folder");
  return text(value);
}

function seconds(value: unknown): number {
  const number = Number(value);
  if (!Number.isFinite(number)) throw new Expected("a number of seconds");
  if (number < 0 || number > LONGEST_WAIT_SECONDS) throw new Expected(`0 to ${LONGEST_WAIT_SECONDS} seconds`);
  return number;
}

const upTo =
  (most: number) =>
  (value: unknown): number => {
    const number = Number(value);
    if (Number.isInteger(number) && number >= 1 && number <= most) return number;
    throw new Expected(`a whole number from 1 to ${most}`);
  };

/** What flags, environment and settings file may say. By hand: to load zod takes as long as all of `--help` may. */
const SETTINGS: Readonly<Record<keyof Config, (value: unknown) => string | number>> = {
  databaseUrl: postgresUrl,
  sourceUrl: postgresUrl,
  dataDir: path,
  lockWait: seconds,
  poolMax: upTo(MOST_CONNECTIONS),
  chunkRecords: upTo(MOST_CHUNK_RECORDS),
  zone: text,
  linkWindow: (value) => text(typeof value === "number" ? String(value) : value),
  testUsers: text,
};

const FILE = "timeback.config.json";

function fromFile(): RawConfig {
  if (!existsSync(FILE)) return {};
  const parsed = parsedFile(textOfFile());
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new UsageError(`${FILE}: expected an object`);
}

function textOfFile(): string {
  try {
    return readFileSync(FILE, "utf8");
  } catch (error) {
    throw new UsageError(`${FILE} cannot be read: ${wordsOf(error)}`, {
      cause: error,
    });
  }
}

/** The complaint of JSON.parse may quote the text, and with it a password: only its place is told. */
function parsedFile(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const place = /position \d+/.exec(error instanceof Error ? error.message : "")?.[0];
    throw new UsageError(`${FILE} is not JSON${place ? ` (${place})` : ""}: check its quotes and commas`);
  }
}

const fromEnvironment = (): RawConfig => ({
  databaseUrl: process.env.DATABASE_URL || undefined,
  sourceUrl: process.env.ONEROSTER_DATABASE_URL || undefined,
  dataDir: process.env.TIMEBACK_HOME || undefined,
  lockWait: process.env.TIMEBACK_LOCK_WAIT || undefined,
  poolMax: process.env.TIMEBACK_POOL_MAX || undefined,
  chunkRecords: process.env.TIMEBACK_CHUNK_RECORDS || undefined,
  zone: process.env.TIMEBACK_ZONE || undefined,
  linkWindow: process.env.TIMEBACK_LINK_WINDOW || undefined,
  testUsers: process.env.TIMEBACK_TEST_USERS || undefined,
});

const given = (raw: RawConfig): RawConfig =>
  Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined));

const isSetting = (key: string): key is keyof Config => Object.hasOwn(SETTINGS, key);

/** Takes a setting over into `config`, or returns what is wrong with it. */
function take(config: Record<string, string | number>, key: string, value: unknown): string | undefined {
  if (!isSetting(key)) return `settings: Unrecognized key: ${JSON.stringify(key)}`;
  try {
    config[key] = SETTINGS[key](value);
    return undefined;
  } catch (error) {
    if (error instanceof Expected) return `${key}: expected ${error.message}`;
    throw error;
  }
}

/**
 * Settings from flags, then environment, then `timeback.config.json`, then defaults.
 * @throws UsageError naming every wrong setting at once, never its value: it may hold a password.
 */
export function readConfig(flags: RawConfig): Config {
  const raw: Record<string, unknown> = { ...given(fromFile()), ...given(fromEnvironment()), ...given(flags) };
  const config: Record<string, string | number> = { ...DEFAULTS };
  const faults = Object.entries(raw).flatMap(([key, value]) => take(config, key, value) ?? []);
  if (faults.length > 0) throw new UsageError(`unusable settings: ${faults.join("; ")}`);
  return config as unknown as Config;
}

/** Off a terminal, or asked for by NO_COLOR, output has no colour. */
export const wantsColor = (): boolean => process.stdout.isTTY === true && !process.env.NO_COLOR;

/** The user of this process; its number where the machine has no name for it (as in containers). */
export function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
