import { factColumns, factFields } from "../report/lists/fact-listing.js";
import { listFacts } from "../store/reading/list-facts.js";
import type { ReadingFlags } from "./shell/options.js";
import { needsIds, printList, readFacts } from "./shell/reading.js";
import type { Shell } from "./shell/shell.js";

/** Lists the facts. */
export const runFacts = (shell: Shell, email: string | undefined, flags: ReadingFlags): Promise<void> =>
  readFacts(shell, flags, { command: "facts", email }, (reading) => {
    const { db, scope, asked } = reading;
    const columns = factColumns({ ids: needsIds(scope) });
    return printList(
      { shell, flags, reading },
      {
        listing: { head: { command: "facts", scope: asked }, rows: "facts", fields: factFields, columns },
        pages: listFacts(db, scope),
        empty: "no facts in this scope",
      },
    );
  });
