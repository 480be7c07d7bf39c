import { readInstant } from "../domain/values/instant.js";
import type { WholeRun } from "../domain/views/run.js";
import { UsageError } from "../errors.js";
import { jsonObject } from "../report/formats/fields.js";
import { describeRun, runColumns, runFields, wholeRunFields } from "../report/lists/run-listing.js";
import type { Db } from "../store/engine/session.js";
import { listRuns, runsNamed } from "../store/reading/list-runs.js";
import type { CommonFlags } from "./shell/options.js";
import { printList, readDatabase } from "./shell/reading.js";
import type { Shell } from "./shell/shell.js";

/** What `timeback runs` takes. */
export interface RunsFlags extends CommonFlags {
  command?: string;
  since?: string;
  until?: string;
}

/** Lists the logged runs, or shows the one that is named. */
export const runRuns = (shell: Shell, run: string | undefined, flags: RunsFlags): Promise<void> =>
  run === undefined ? listAll(shell, flags) : showOne(shell, run, flags);

function instantOption(name: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  const parsed = readInstant(text);
  if (!parsed.ok) throw new UsageError(`${name} ${text}: ${parsed.why}`);
  return parsed.instant;
}

async function listAll(shell: Shell, flags: RunsFlags): Promise<void> {
  const scope = {
    command: flags.command ?? null,
    since: instantOption("--since", flags.since),
    until: instantOption("--until", flags.until),
  };
  await readDatabase(shell, flags, "runs", (reading) =>
    printList(
      { shell, flags, reading },
      {
        listing: { head: { command: "runs", scope }, rows: "runs", fields: runFields, columns: runColumns },
        pages: listRuns(reading.db, scope),
        empty: "no logged run matches",
      },
    ),
  );
}

async function showOne(shell: Shell, id: string, flags: RunsFlags): Promise<void> {
  if (flags.command !== undefined || flags.since !== undefined || flags.until !== undefined)
    throw new UsageError(`runs ${id} shows one run: leave out --command, --since and --until`);
  if (flags.format === "csv") throw new UsageError("a single run has no CSV form: use --format table, json or ndjson");
  await readDatabase(shell, flags, "runs", async ({ db, screen, hide }) => {
    const run = hide(await runNamed(db, id));
    if (flags.format === "table") await screen.print([describeRun(run)]);
    else if (flags.format === "ndjson") await screen.print([`${jsonObject(run, wholeRunFields)}\n`]);
    else await screen.print([`{"command":"runs","run":${jsonObject(run, wholeRunFields)}}\n`]);
  });
}

async function runNamed(db: Db, id: string): Promise<WholeRun> {
  const [found, another] = await runsNamed(db, id);
  if (found === undefined) throw new UsageError(`no logged run has the id ${id}; timeback runs lists all runs`);
  if (another !== undefined)
    throw new UsageError(`several runs begin with ${id}: ${found.runId}, ${another.runId}; give more digits`);
  return found;
}
