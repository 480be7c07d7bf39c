import { Command } from "commander";
import type { MigrationState } from "../store/migrate.js";
import type { Store } from "../store/session.js";
import { type CommonFlags, open, type Shell, withCommonOptions } from "./common.js";
import { printSummary } from "./summary.js";

const describe = (states: readonly MigrationState[]): string =>
  states.map(({ version, name, appliedAt }) => `${version}  ${name}  ${appliedAt ?? "pending"}`).join("\n");

async function withRawDatabase<T>(flags: CommonFlags, command: string, work: (store: Store) => Promise<T>): Promise<T> {
  const { withAnyStore } = await import("../store/open.js");
  const { config, screen } = open(flags);
  return withAnyStore({ ...config, command, migrate: false, announce: screen.note }, work);
}

const migrateCommand = (): Command =>
  withCommonOptions(new Command("migrate"), ["table", "json", "ndjson"])
    .description("bring the schema of the analytics database up to date")
    .addHelpText(
      "after",
      "\nExample:\n  $ timeback db migrate --database-url postgres://owner@db/analytics\n\nA database with a newer schema than this program is refused.",
    )
    .action(async (flags: CommonFlags) => {
      const { config, screen } = open(flags);
      const { migrate } = await import("../store/migrate.js");
      const applied = await withRawDatabase(flags, "db migrate", (store) => migrate(store, config.lockWait));
      const line =
        applied.length === 0 ? "db migrate: the schema is up to date" : `db migrate: applied\n${describe(applied)}`;
      await printSummary(screen, flags, { command: "db migrate", applied }, line);
    });

const statusCommand = (): Command =>
  withCommonOptions(new Command("status"), ["table", "json", "ndjson"])
    .description("the schema of the analytics database and the settings that shape its facts; changes nothing")
    .addHelpText("after", "\nExample:\n  $ timeback db status --format json")
    .action(async (flags: CommonFlags) => {
      const { screen } = open(flags);
      const { migrationStatus, schemaVersion } = await import("../store/migrate.js");
      const { settingsInForce } = await import("../store/settings.js");
      const status = await withRawDatabase(flags, "db status", async (store) => {
        const migrations = await migrationStatus(store);
        const settings = migrations.some(({ appliedAt }) => appliedAt !== null) ? await settingsInForce(store.db) : {};
        return { engine: store.kind, programVersion: schemaVersion, migrations, settings };
      });
      const settings = Object.entries(status.settings).map(([key, value]) => `${key} = ${value}`);
      const lines = [`engine: ${status.engine}`, describe(status.migrations), ...settings];
      await printSummary(screen, flags, { command: "db status", ...status }, lines.join("\n"));
    });

/** `timeback db`: the schema of the analytics database. */
export const dbCommand = (_shell: Shell): Command =>
  new Command("db")
    .description("schema of the analytics database")
    .addCommand(migrateCommand())
    .addCommand(statusCommand());
