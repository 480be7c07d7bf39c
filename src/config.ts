import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { UsageError } from "./errors.js";

const DEFAULT_LOCK_WAIT_SECONDS = 60;
const DEFAULT_POOL_MAX = 4;

const postgresUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: "expected a URL such as postgres://user@host:5432/database",
});
const seconds = z.coerce.number({ error: "expected a number of seconds" }).min(0).max(86_400);

/** What flags, environment and settings file may say; the keys are those of `timeback.config.json`. */
const Config = z.strictObject({
  databaseUrl: postgresUrl.optional(),
  sourceUrl: postgresUrl.optional(),
  dataDir: z.string().min(1).default("./.timeback"),
  lockWait: seconds.default(DEFAULT_LOCK_WAIT_SECONDS),
  poolMax: z.coerce.number().int().min(1).max(64).default(DEFAULT_POOL_MAX),
  zone: z.string().optional(),
  linkWindow: z.union([z.string(), z.number().transform(String)]).optional(),
  testUsers: z.string().optional(),
});

/** How this process reaches its databases, and what it asks of the settings that shape facts. */
export type Config = z.infer<typeof Config>;
/** Settings before they are checked: flags, or a settings file. */
export type RawConfig = Partial<Record<keyof Config, unknown>>;

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
    throw new UsageError(`${FILE} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
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
  zone: process.env.TIMEBACK_ZONE || undefined,
  linkWindow: process.env.TIMEBACK_LINK_WINDOW || undefined,
  testUsers: process.env.TIMEBACK_TEST_USERS || undefined,
});

const given = (raw: RawConfig): RawConfig =>
  Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined));

/**
 * Settings from flags, then environment, then `timeback.config.json`, then defaults.
 * @throws UsageError naming every wrong setting at once, never its value: it may hold a password.
 */
export function readConfig(flags: RawConfig): Config {
  const result = Config.safeParse({ ...given(fromFile()), ...given(fromEnvironment()), ...given(flags) });
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join(".") || "settings"}: ${issue.message}`);
  throw new UsageError(`unusable settings: ${faults.join("; ")}`);
}

/** Off a terminal, or asked for by NO_COLOR, output has no colour. */
export const wantsColor = (): boolean => process.stdout.isTTY === true && !process.env.NO_COLOR;
