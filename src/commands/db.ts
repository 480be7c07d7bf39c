import { Command } from "commander";
import { type CommonFlags, withCommonOptions } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";

const migrateCommand = (shell: Shell): Command =>
  withCommonOptions(new Command("migrate"), ["table", "json", "ndjson"])
    .description("bring the schema of the analytics database up to date")
    .addHelpText(
      "after",
      "\nExample:\n  $ timeback db migrate --database-url postgres://owner@db/analytics\n\nA database with a newer schema than this program is refused.",
    )
    .action(async (flags: CommonFlags) => (await import("./db.run.js")).runMigrate(shell, flags));

const statusCommand = (shell: Shell): Command =>
  withCommonOptions(new Command("status"), ["table", "json", "ndjson"])
    .description("the schema of the analytics database and the settings that shape its facts; changes nothing")
    .addHelpText("after", "\nExample:\n  $ timeback db status --format json")
    .action(async (flags: CommonFlags) => (await import("./db.run.js")).runStatus(shell, flags));

/** `timeback db`: the schema of the analytics database. */
export const dbCommand = (shell: Shell): Command =>
  new Command("db")
    .description("schema of the analytics database")
    .addCommand(migrateCommand(shell))
    .addCommand(statusCommand(shell));
