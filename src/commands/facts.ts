import { Command } from "commander";
import { type ReadingFlags, withFactScope } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";

/** `timeback facts`: the live facts with their sources. */
export const factsCommand = (shell: Shell): Command =>
  withFactScope(new Command("facts"))
    .description("show the current facts with their sources")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback facts student@school.example --from 2025-03-01 --to 2025-03-01
  $ timeback facts --format ndjson > facts.ndjson

A fact has the columns of processed_facts except created_at and updated_at, so equal input gives equal bytes. Facts are
ordered by student id, instant and key. -q still prints the answer.`,
    )
    .action(async (email: string | undefined, flags: ReadingFlags) =>
      (await import("./facts.run.js")).runFacts(shell, email, flags),
    );
