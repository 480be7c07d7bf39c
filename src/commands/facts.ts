import { Command } from "commander";
import { type ReadingFlags, withFactScope } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";

/** `timeback facts`: the live facts with their sources. */
export const factsCommand = (shell: Shell): Command =>
  withFactScope(new Command("facts"))
    .description("the live facts with their sources, of one student or of everybody")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback facts student@school.example --from 2025-03-01 --to 2025-03-01
  $ timeback facts --format ndjson > facts.ndjson

The members of a fact are the columns of processed_facts, without the instants at which they were written: equal input
gives equal bytes. Facts stand in the order of student id, instant and key. -q prints the answer too.`,
    )
    .action(async (email: string | undefined, flags: ReadingFlags) =>
      (await import("./facts.run.js")).runFacts(shell, email, flags),
    );
