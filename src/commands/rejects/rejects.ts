import { Command } from "commander";
import { type CommonFlags, withCommonOptions, withListOptions, withRedact } from "../shell/options.js";
import type { Shell } from "../shell/shell.js";
import type { ListFlags, ReplayFlags } from "./flags.js";

/** Adds what chooses rejects by what they have in common. */
const withSelection = (command: Command): Command =>
  command
    .option("--code <code>", "only records that were rejected with this code")
    .option("--file <file>", "only records of this file, as it was named then");

const listCommand = (shell: Shell): Command =>
  withSelection(withListOptions(new Command("list")))
    .description("the quarantined records: address, id, code and reason, in the order of their addresses")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback rejects list
  $ timeback rejects list --code not-json --file events.ndjson
  $ timeback rejects list --format json | jq .byCode

-q prints the answer too.`,
    )
    .action(async (flags: ListFlags) => (await import("./list.run.js")).runList(shell, flags));

const showCommand = (shell: Shell): Command =>
  withRedact(withCommonOptions(new Command("show"), ["table", "json", "ndjson"]))
    .description("one quarantined record: its address, why it was rejected, and the whole record")
    .argument("<id>", "id of the record, from timeback rejects list")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback rejects show 3f5c1d0e9a7b2c48
  $ timeback rejects show 3f5c1d0e9a7b2c48 --format ndjson | jq -r .record

The table writes control characters as \\u001b; --format json has the record as it was read. -q prints the answer too.`,
    )
    .action(async (id: string, flags: CommonFlags) => (await import("./list.run.js")).runShow(shell, id, flags));

const replayCommand = (shell: Shell): Command =>
  withSelection(withCommonOptions(new Command("replay"), ["table", "json", "ndjson"]))
    .description("read rejected Caliper records again: what can be landed now leaves the quarantine")
    .argument("[id...]", "ids of the records, from timeback rejects list")
    .option("--all", "every record that was kept")
    .option("--dry-run", "say what would change; write nothing")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback rejects replay --all
  $ timeback rejects replay --code bad-time
  $ timeback rejects replay 3f5c1d0e9a7b2c48 --dry-run

For a new version of this program that understands more. Only the records named are read. A mended file is read with
timeback ingest; rejected rows of tables are read again by their own commands. Exit 1 when records were newly rejected,
or contradict an event that is landed.`,
    )
    .action(async (ids: string[], flags: ReplayFlags) =>
      (await import("./change.run.js")).runReplay(shell, ids, flags),
    );

const discardCommand = (shell: Shell): Command =>
  withSelection(withCommonOptions(new Command("discard"), ["table", "json", "ndjson"]))
    .description("remove records from the quarantine for good; with an unknown id among them, none")
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
    .description("records that could not be landed: list them, show one, read them again, discard them")
    .addCommand(listCommand(shell))
    .addCommand(showCommand(shell))
    .addCommand(replayCommand(shell))
    .addCommand(discardCommand(shell));
