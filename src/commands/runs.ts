import { Command } from "commander";
import type { RunsFlags } from "./runs.run.js";
import { withListOptions } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";

/** `timeback runs`: the run log. */
export const runsCommand = (shell: Shell): Command =>
  withListOptions(new Command("runs"))
    .description("show the log of commands that wrote to the database, newest first, or one run in full")
    .argument("[run]", "id of a run, or its first digits: show everything about it")
    .option("--command <name>", 'only runs of this command, such as "etl oneroster"')
    .option("--since <instant>", "only runs that started at or after this instant (ISO 8601 with offset)")
    .option("--until <instant>", "only runs that started before this instant")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback runs --since 2025-03-01T00:00:00Z
  $ timeback runs 4c1f09aa
  $ timeback runs --format ndjson | jq -r 'select(.state != "done") | .runId'

State is done, failed, running or lost (killed by kill -9, or disconnected). Arguments are stored without passwords, and URLs
without user and parameters. Plans (--dry-run) write nothing, not even to this log. -q still prints the answer.`,
    )
    .action(async (run: string | undefined, flags: RunsFlags) =>
      (await import("./runs.run.js")).runRuns(shell, run, flags),
    );
