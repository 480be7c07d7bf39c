import { sql } from "kysely";
import { type AuditRules, STANDARD_AUDIT_RULES } from "../../domain/rules/audit-rules.js";
import { type FactRules, STANDARD_LINK_WINDOW_SECONDS } from "../../domain/rules/fact-rules.js";
import { multipliersFromText, STANDARD_MULTIPLIERS } from "../../domain/rules/own-xp.js";
import { UsageError } from "../../errors.js";
import type { Db } from "../engine/session.js";

/** One stored setting that shapes facts. */
export interface Setting {
  key: string;
  /** Default for a first run that sets no other. */
  standard: string;
  meaning: string;
  /** Why the value is invalid; undefined if it is valid. */
  fault(value: string): string | undefined;
}

function zoneFault(value: string): string | undefined {
  try {
    if (/^[+-]/.test(value)) throw new RangeError("to PostgreSQL, +05:30 lies west of Greenwich");
    new Intl.DateTimeFormat("en-US", { timeZone: value });
    return undefined;
  } catch {
    return "expected an IANA time zone such as America/Chicago";
  }
}

const secondsFault = (value: string): string | undefined =>
  /^[1-9]\d{0,6}$/.test(value) ? undefined : "expected a whole number of seconds, 1 to 9999999";

const MULTIPLIERS = /^\d{1,3}(\.\d{1,4})?\/\d{1,3}(\.\d{1,4})?(,\d{1,3}(\.\d{1,4})?\/\d{1,3}(\.\d{1,4})?){0,9}$/;

const multipliersFault = (value: string): string | undefined =>
  MULTIPLIERS.test(value)
    ? undefined
    : "expected for each attempt the multipliers for all right and for at least 80 %, such as 1.25/1,1/0.5";

const seconds = (key: string, standard: number, meaning: string): Setting => ({
  key,
  standard: String(standard),
  meaning: `seconds ${meaning}`,
  fault: secondsFault,
});

const multipliers = (key: string, standard: string, meaning: string): Setting => ({
  key,
  standard,
  meaning,
  fault: multipliersFault,
});

/** Everything that shapes facts (docs/facts.md, "Settings") and findings (docs/audit.md, "Settings"). */
const settings: readonly Setting[] = [
  { key: "zone", standard: "UTC", meaning: "time zone whose days the facts stand on", fault: zoneFault },
  {
    key: "link-window",
    standard: String(STANDARD_LINK_WINDOW_SECONDS),
    meaning: "seconds between score_date and eventTime within which rule L2 links",
    fault: secondsFault,
  },
  {
    key: "test-users",
    standard: "exclude",
    meaning: "whether students marked isTestUser have facts: exclude or include",
    fault: (value) => (value === "exclude" || value === "include" ? undefined : "expected exclude or include"),
  },
  seconds(
    "bank-before",
    STANDARD_AUDIT_RULES.bankBeforeSeconds,
    "before an event in which a bank write without host is near it",
  ),
  seconds(
    "bank-host",
    STANDARD_AUDIT_RULES.hostSeconds,
    "before or after an exercise in which a bank write belongs to it",
  ),
  seconds(
    "bank-late",
    STANDARD_AUDIT_RULES.bankLateSeconds,
    "after an event in which a bank write without host may be in it",
  ),
  seconds("twin-window", STANDARD_AUDIT_RULES.twinSeconds, "in which twins follow each other"),
  seconds(
    "own-window",
    STANDARD_AUDIT_RULES.ownSeconds,
    "around an event in which a result without attempt is its own",
  ),
  multipliers(
    "multipliers-standard",
    STANDARD_MULTIPLIERS.standard,
    "multipliers by attempt, the last for all later ones",
  ),
  multipliers(
    "multipliers-decay",
    STANDARD_MULTIPLIERS.decay,
    "as multipliers-standard, of apps that pay less each time",
  ),
];

/** Requested values by key, from the command line, the environment or the settings file. */
export type RequestedSettings = Readonly<Record<string, string>>;

/** @throws UsageError naming an unknown key or an invalid value */
export function checkSettings(requested: RequestedSettings): void {
  for (const [key, value] of Object.entries(requested)) {
    const setting = settings.find((one) => one.key === key);
    if (!setting) throw new UsageError(`unknown setting ${key}; known: ${settings.map((one) => one.key).join(", ")}`);
    const fault = setting.fault(value);
    if (fault) throw new UsageError(`setting ${key}=${value}: ${fault}`);
  }
}

const rulesOf = (values: RequestedSettings): FactRules => ({
  zone: values.zone ?? "UTC",
  linkWindowSeconds: Number(values["link-window"]),
  testUsers: values["test-users"] === "include" ? "include" : "exclude",
});

async function stored(db: Db): Promise<Record<string, string>> {
  const rows = await db.selectFrom("timeback.settings").selectAll().execute();
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}

const withStandards = (known: RequestedSettings): Record<string, string> => ({
  ...Object.fromEntries(settings.map(({ key, standard }) => [key, standard])),
  ...known,
});

/** The settings in force: the stored ones, and defaults for those that no run has stored yet. */
export const settingsInForce = async (db: Db): Promise<Record<string, string>> => withStandards(await stored(db));

/** The audit's parameters from settings by key. @throws RangeError for a missing or invalid value */
export function auditRulesOf(values: RequestedSettings): AuditRules {
  const number = (key: string): number => Number(values[key]);
  return {
    bankBeforeSeconds: number("bank-before"),
    hostSeconds: number("bank-host"),
    bankLateSeconds: number("bank-late"),
    twinSeconds: number("twin-window"),
    ownSeconds: number("own-window"),
    multipliers: {
      standard: multipliersFromText(values["multipliers-standard"] ?? ""),
      decay: multipliersFromText(values["multipliers-decay"] ?? ""),
    },
  };
}

/**
 * The fact rules for a run that requests `requested`. Changes nothing.
 * @throws UsageError (exit 2) for a value that differs from the stored one
 */
export async function factRules(db: Db, requested: RequestedSettings): Promise<FactRules> {
  checkSettings(requested);
  const before = await stored(db);
  for (const [key, value] of Object.entries(requested)) {
    if (before[key] !== undefined && before[key] !== value)
      throw new UsageError(
        `this database makes facts with ${key}=${before[key]}, the run asks for ${value}: change it with \`timeback recompute --set ${key}=${value}\``,
      );
  }
  return rulesOf({ ...withStandards(before), ...requested });
}

/**
 * As `factRules`, and stores settings that no run has stored yet. Call it while the run holds its lock: before that, another first
 * run may have stored other values.
 */
export async function storeSettings(db: Db, requested: RequestedSettings): Promise<FactRules> {
  const rules = await factRules(db, requested);
  await write(db, { ...(await settingsInForce(db)), ...requested });
  return rules;
}

/** Stores every setting that shapes facts, requested values replacing others. The caller rebuilds all facts. */
export async function changeSettings(db: Db, requested: RequestedSettings): Promise<FactRules> {
  checkSettings(requested);
  const values = { ...(await settingsInForce(db)), ...requested };
  await write(db, values);
  return rulesOf(values);
}

const write = (db: Db, values: RequestedSettings) =>
  db
    .insertInto("timeback.settings")
    .values(Object.entries(values).map(([key, value]) => ({ key, value })))
    .onConflict((on) =>
      on
        .column("key")
        .doUpdateSet({ value: (row) => row.ref("excluded.value") })
        .where(sql<boolean>`settings.value is distinct from excluded.value`),
    )
    .execute();
