import { migrateSchema, schemaStatus } from "../operations/schema.js";
import type { MigrationState } from "../store/schema/migrate.js";
import { open, withAnyDatabase } from "./shell/database.js";
import type { CommonFlags } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";
import { printSummary } from "./shell/summary.js";

const describe = (states: readonly MigrationState[]): string =>
  states.map(({ version, name, appliedAt }) => `${version}  ${name}  ${appliedAt ?? "pending"}`).join("\n");

/** Migrates and says what was applied. */
export async function runMigrate(shell: Shell, flags: CommonFlags): Promise<void> {
  const opened = open(shell, flags);
  const by = { caller: shell.caller(), lockWaitSeconds: opened.config.lockWait };
  const applied = await withAnyDatabase(opened, flags, "db migrate", (store) => migrateSchema(store, by));
  const line =
    applied.length === 0 ? "db migrate: the schema is up to date" : `db migrate: applied\n${describe(applied)}`;
  await printSummary(opened.screen, flags, { command: "db migrate", applied }, line);
}

/** Says what schema and settings a database has. */
export async function runStatus(shell: Shell, flags: CommonFlags): Promise<void> {
  const opened = open(shell, flags);
  const status = await withAnyDatabase(opened, flags, "db status", schemaStatus);
  const settings = Object.entries(status.settings).map(([key, value]) => `${key} = ${value}`);
  const lines = [`engine: ${status.engine}`, describe(status.migrations), ...settings];
  await printSummary(opened.screen, flags, { command: "db status", ...status }, lines.join("\n"));
}
