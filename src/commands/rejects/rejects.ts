import { Command } from "commander";
import { type CommonFlags, withCommonOptions, withListOptions, withRedact } from "../shell/options.js";
import type { Shell } from "../shell/shell.js";
import type { ListFlags, ReplayFlags } from "./flags.js";

/** Adds what chooses rejects by what they have in common. */
const withSelection = (command: Command): Command =>
  command
    .option("--code <code>", "only records rejected with this code")
    .option("--file <file>", "only records from this file, as it was named when it was read");

const listCommand = (shell: Shell): Command =>
  withSelection(withListOptions(new Command("list")))
    .description("list the quarantined records with file, line, id, code and reason")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback rejects list
  $ timeback rejects list --code not-json --file events.ndjson
  $ timeback rejects list --format json | jq .byCode

-q still prints the answer.`,
    )
    .action(async (flags: ListFlags) => (await import("./list.run.js")).runList(shell, flags));

const showCommand = (shell: Shell): Command =>
  withRedact(withCommonOptions(new Command("show"), ["table", "json", "ndjson"]))
    .description("show one quarantined record: file and line, reason, and the whole record")
    .argument("<id>", "id of the record, from timeback rejects list")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback rejects show 3f5c1d0e9a7b2c48
  $ timeback rejects show 3f5c1d0e9a7b2c48 --format ndjson | jq -r .record

The table escapes control characters, as in \\u001b; --format json has the original record. -q still prints the answer.`,
    )
    .action(async (id: string, flags: CommonFlags) => (await import("./list.run.js")).runShow(shell, id, flags));

const replayCommand = (shell: Shell): Command =>
  withSelection(withCommonOptions(new Command("replay"), ["table", "json", "ndjson"]))
    .description("read rejected Caliper records again; those now accepted leave the quarantine")
    .argument("[id...]", "ids of the records, from timeback rejects list")
    .option("--all", "all quarantined records")
    .option("--dry-run", "show what would change; write nothing")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback rejects replay --all
  $ timeback rejects replay --code bad-time
  $ timeback rejects replay 3f5c1d0e9a7b2c48 --dry-run

Use it after an upgrade that accepts more records. Only the selected records are read. To load a corrected file, use
timeback ingest; to read rejected table rows again, rerun the command that rejected them. Exit 1 if records were newly
rejected, or newly contradict a stored event.`,
    )
    .action(async (ids: string[], flags: ReplayFlags) =>
      (await import("./change.run.js")).runReplay(shell, ids, flags),
    );

const discardCommand = (shell: Shell): Command =>
  withSelection(withCommonOptions(new Command("discard"), ["table", "json", "ndjson"]))
    .description("remove records from the quarantine permanently; an unknown id removes none of them")
    .argument("[id...]", "ids of the records, from timeback rejects list")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback rejects discard 3f5c1d0e9a7b2c48
  $ timeback rejects discard --code not-json --file events.ndjson

The run log keeps the ids. Reading the same file again rejects the record again.`,
    )
    .action(async (ids: string[], flags: ListFlags) => (await import("./change.run.js")).runDiscard(shell, ids, flags));

/** `timeback rejects`: the quarantine. */
export const rejectsCommand = (shell: Shell): Command =>
  new Command("rejects")
    .description("records that could not be loaded: list, show, replay or discard them")
    .addCommand(listCommand(shell))
    .addCommand(showCommand(shell))
    .addCommand(replayCommand(shell))
    .addCommand(discardCommand(shell));
