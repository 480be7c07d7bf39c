import { Command } from "commander";
import { printList, type ReadingFlags, readFacts, withFactScope } from "./shell/reading.js";
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
    .action((email: string | undefined, flags: ReadingFlags) => runFacts(shell, email, flags));

async function runFacts(shell: Shell, email: string | undefined, flags: ReadingFlags): Promise<void> {
  const [{ factColumns, factFields }, { listFacts }] = await Promise.all([
    import("../report/lists/fact-listing.js"),
    import("../store/reading/list-facts.js"),
  ]);
  await readFacts(shell, flags, { command: "facts", email }, async (reading) => {
    const { db, scope, asked, ids } = reading;
    await printList(
      { shell, flags, reading },
      {
        listing: {
          head: { command: "facts", scope: asked },
          rows: "facts",
          fields: factFields,
          columns: factColumns({ ids }),
        },
        pages: listFacts(db, scope),
        empty: "no facts in this scope",
      },
    );
  });
}
