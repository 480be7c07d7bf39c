import { Command } from "commander";
import { type CommonFlags, withCommonOptions } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";

const migrateCommand = (shell: Shell): Command =>
  withCommonOptions(new Command("migrate"), ["table", "json", "ndjson"])
    .description("migrate the schema of the analytics database to this version")
    .addHelpText(
      "after",
      "\nExample:\n  $ timeback db migrate --database-url postgres://owner@db/analytics\n\nA database whose schema is newer than this program is refused.",
    )
    .action(async (flags: CommonFlags) => (await import("./db.run.js")).runMigrate(shell, flags));

const statusCommand = (shell: Shell): Command =>
  withCommonOptions(new Command("status"), ["table", "json", "ndjson"])
    .description(
      "show the schema version of the analytics database and the settings that affect facts; changes nothing",
    )
    .addHelpText("after", "\nExample:\n  $ timeback db status --format json")
    .action(async (flags: CommonFlags) => (await import("./db.run.js")).runStatus(shell, flags));

/** `timeback db`: the schema of the analytics database. */
export const dbCommand = (shell: Shell): Command =>
  new Command("db")
    .description("schema of the analytics database")
    .addCommand(migrateCommand(shell))
    .addCommand(statusCommand(shell));
