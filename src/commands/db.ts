import { Command } from "commander";
import type { Config } from "../config.js";
import type { Store } from "../store/engine/session.js";
import type { MigrationState } from "../store/schema/migrate.js";
import { type CommonFlags, open, plainTextNote, withCommonOptions } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";
import { printSummary } from "./shell/summary.js";

const describe = (states: readonly MigrationState[]): string =>
  states.map(({ version, name, appliedAt }) => `${version}  ${name}  ${appliedAt ?? "pending"}`).join("\n");

async function withRawDatabase<T>(
  shell: Shell,
  flags: CommonFlags,
  command: string,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const { config, screen } = open(shell, flags);
  const note = await plainTextNote(shell, flags, config.databaseUrl);
  return shell.openStore({ ...config, command, migrate: false, announce: screen.note }, (store) => {
    note();
    return work(store);
  });
}

const migrateCommand = (shell: Shell): Command =>
  withCommonOptions(new Command("migrate"), ["table", "json", "ndjson"])
    .description("bring the schema of the analytics database up to date")
    .addHelpText(
      "after",
      "\nExample:\n  $ timeback db migrate --database-url postgres://owner@db/analytics\n\nA database with a newer schema than this program is refused.",
    )
    .action(async (flags: CommonFlags) => {
      const { config, screen } = open(shell, flags);
      const applied = await withRawDatabase(shell, flags, "db migrate", (store) =>
        loggedMigration(shell, store, config),
      );
      const line =
        applied.length === 0 ? "db migrate: the schema is up to date" : `db migrate: applied\n${describe(applied)}`;
      await printSummary(screen, flags, { command: "db migrate", applied }, line);
    });

/** A migration that changed something is a run of the log; the log may not have been there before. */
async function loggedMigration(shell: Shell, store: Store, { lockWait }: Config): Promise<MigrationState[]> {
  const [{ migrate }, { logRun }] = await Promise.all([
    import("../store/schema/migrate.js"),
    import("../store/runs/runs.js"),
  ]);
  const started = Date.now();
  const applied = await migrate(store, lockWait);
  const seconds = (Date.now() - started) / 1000;
  const run = { command: "db migrate", ...shell.caller(), runId: crypto.randomUUID(), seconds };
  if (applied.length > 0) await logRun(store.db, run, { applied: applied.map(({ name }) => name) });
  return applied;
}

const statusCommand = (shell: Shell): Command =>
  withCommonOptions(new Command("status"), ["table", "json", "ndjson"])
    .description("the schema of the analytics database and the settings that shape its facts; changes nothing")
    .addHelpText("after", "\nExample:\n  $ timeback db status --format json")
    .action(async (flags: CommonFlags) => {
      const { screen } = open(shell, flags);
      const { migrationStatus, schemaVersion } = await import("../store/schema/migrate.js");
      const { settingsInForce } = await import("../store/runs/settings.js");
      const status = await withRawDatabase(shell, flags, "db status", async (store) => {
        const migrations = await migrationStatus(store);
        const settings = migrations.some(({ appliedAt }) => appliedAt !== null) ? await settingsInForce(store.db) : {};
        return { engine: store.kind, programVersion: schemaVersion, migrations, settings };
      });
      const settings = Object.entries(status.settings).map(([key, value]) => `${key} = ${value}`);
      const lines = [`engine: ${status.engine}`, describe(status.migrations), ...settings];
      await printSummary(screen, flags, { command: "db status", ...status }, lines.join("\n"));
    });

/** `timeback db`: the schema of the analytics database. */
export const dbCommand = (shell: Shell): Command =>
  new Command("db")
    .description("schema of the analytics database")
    .addCommand(migrateCommand(shell))
    .addCommand(statusCommand(shell));
