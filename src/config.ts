import { existsSync, readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
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

/** A path as the file system takes it; `cwd` is empty where the process itself stands. */
export const pathFrom = (cwd: string, path: string): string =>
  cwd === "" || path === "" || isAbsolute(path) ? path : `${cwd}/${path}`;

function fromFile(cwd: string): RawConfig {
  const path = pathFrom(cwd, FILE);
  if (!existsSync(path)) return {};
  const parsed = parsedFile(textOf(path));
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new UsageError(`${FILE}: expected an object`);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`${FILE} cannot be read: ${wordsOf(error)}`, {
      cause: error,
    });
  }
}

/** The complaint of JSON.parse may quote the text, and with it a password: only the position is reported. */
function parsedFile(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const place = /position \d+/.exec(error instanceof Error ? error.message : "")?.[0];
    throw new UsageError(`${FILE} is not JSON${place ? ` (${place})` : ""}: check its quotes and commas`);
  }
}

const fromEnvironment = (env: Surroundings["env"]): RawConfig => ({
  databaseUrl: env.DATABASE_URL || undefined,
  sourceUrl: env.ONEROSTER_DATABASE_URL || undefined,
  dataDir: env.TIMEBACK_HOME || undefined,
  lockWait: env.TIMEBACK_LOCK_WAIT || undefined,
  poolMax: env.TIMEBACK_POOL_MAX || undefined,
  chunkRecords: env.TIMEBACK_CHUNK_RECORDS || undefined,
  zone: env.TIMEBACK_ZONE || undefined,
  linkWindow: env.TIMEBACK_LINK_WINDOW || undefined,
  testUsers: env.TIMEBACK_TEST_USERS || undefined,
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

/** What settings are read from besides flags. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder of the settings file, in which relative paths start; empty: that of the process. */
  readonly cwd: string;
}

/**
 * Settings from flags, then environment, then `timeback.config.json`, then defaults.
 * @throws UsageError naming every wrong setting at once, never its value: it may hold a password.
 */
export function readConfig({ env, cwd }: Surroundings, flags: RawConfig): Config {
  const raw: Record<string, unknown> = { ...given(fromFile(cwd)), ...given(fromEnvironment(env)), ...given(flags) };
  const config: Record<string, string | number> = { ...DEFAULTS };
  const faults = Object.entries(raw).flatMap(([key, value]) => take(config, key, value) ?? []);
  if (faults.length > 0) throw new UsageError(`unusable settings: ${faults.join("; ")}`);
  const read = config as unknown as Config;
  return { ...read, dataDir: pathFrom(cwd, read.dataDir) };
}
