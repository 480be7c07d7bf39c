import { Command } from "commander";
import type { RunsFlags } from "./runs.run.js";
import { withListOptions } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";

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
    .action(async (run: string | undefined, flags: RunsFlags) =>
      (await import("./runs.run.js")).runRuns(shell, run, flags),
    );
