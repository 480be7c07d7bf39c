import { Command } from "commander";
import type { WholeRun } from "../domain/views/run.js";
import { UsageError } from "../errors.js";
import type { Db } from "../store/engine/session.js";
import type { CommonFlags } from "./shell/options.js";
import { printList, type Reading, readDatabase, withListOptions } from "./shell/reading.js";
import type { Shell } from "./shell/shell.js";

interface RunsFlags extends CommonFlags {
  command?: string;
  since?: string;
  until?: string;
}

/** `timeback runs`: the run log. */
export const runsCommand = (shell: Shell): Command =>
  withListOptions(new Command("runs"))
    .description("who ran what, when, and what came of it: every command that wrote, the newest first; or one run")
    .argument("[run]", "id of a run, or its beginning: everything that is known of it")
    .option("--command <name>", 'only runs of this command, such as "etl oneroster"')
    .option("--since <instant>", "only runs that started from here on (ISO 8601 with offset)")
    .option("--until <instant>", "only runs that started before this")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback runs --since 2025-03-01T00:00:00Z
  $ timeback runs 4c1f09aa
  $ timeback runs --format ndjson | jq -r 'select(.state != "done") | .runId'

State is done, failed, running, or lost: ended without a word, by kill -9 or with its connection. Arguments are kept
without passwords and without user and parameters of URLs. Plans (--dry-run) write nothing, not even here. -q prints the
answer too.`,
    )
    .action((run: string | undefined, flags: RunsFlags) =>
      run === undefined ? listAll(shell, flags) : showOne(shell, run, flags),
    );

async function instantOption(name: string, text: string | undefined): Promise<string | null> {
  if (text === undefined) return null;
  const { readInstant } = await import("../domain/values/instant.js");
  const parsed = readInstant(text);
  if (!parsed.ok) throw new UsageError(`${name} ${text}: ${parsed.why}`);
  return parsed.instant;
}

async function listAll(shell: Shell, flags: RunsFlags): Promise<void> {
  const scope = {
    command: flags.command ?? null,
    since: await instantOption("--since", flags.since),
    until: await instantOption("--until", flags.until),
  };
  const [{ runColumns, runFields }, { listRuns }] = await Promise.all([
    import("../report/lists/run-listing.js"),
    import("../store/runs/list-runs.js"),
  ]);
  await readDatabase(shell, flags, "runs", (reading) =>
    printList(
      { shell, flags, reading },
      {
        listing: { head: { command: "runs", scope }, rows: "runs", fields: runFields, columns: runColumns },
        pages: listRuns(reading.db, scope),
        empty: "no such run is logged",
      },
    ),
  );
}

async function showOne(shell: Shell, id: string, flags: RunsFlags): Promise<void> {
  if (flags.command !== undefined || flags.since !== undefined || flags.until !== undefined)
    throw new UsageError(`runs ${id} shows one run: leave out --command, --since and --until`);
  if (flags.format === "csv") throw new UsageError("one run has no csv: give --format table, json or ndjson");
  const [{ describeRun, wholeRunFields }, { jsonObject }] = await Promise.all([
    import("../report/lists/run-listing.js"),
    import("../report/formats/fields.js"),
  ]);
  await readDatabase(shell, flags, "runs", async ({ db, screen, hide }: Reading) => {
    const run = hide(await runNamed(db, id));
    if (flags.format === "table") await screen.print([describeRun(run)]);
    else if (flags.format === "ndjson") await screen.print([`${jsonObject(run, wholeRunFields)}\n`]);
    else await screen.print([`{"command":"runs","run":${jsonObject(run, wholeRunFields)}}\n`]);
  });
}

async function runNamed(db: Db, id: string): Promise<WholeRun> {
  const { runsNamed } = await import("../store/runs/list-runs.js");
  const [found, another] = await runsNamed(db, id);
  if (found === undefined) throw new UsageError(`no logged run has the id ${id}; timeback runs lists them`);
  if (another !== undefined)
    throw new UsageError(`several runs begin with ${id}: ${found.runId}, ${another.runId}; give more of it`);
  return found;
}
