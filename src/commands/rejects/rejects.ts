import { Command } from "commander";
import type { CodeCount, WholeReject } from "../../domain/views/reject.js";
import { type CommonFlags, withCommonOptions } from "../shell/options.js";
import { printList, readDatabase, withListOptions, withRedact } from "../shell/reading.js";
import type { Shell } from "../shell/shell.js";
import { discardCommand, replayCommand } from "./change.js";
import { chosen, isAll, noSuchReject, type SelectionFlags, withSelection } from "./selection.js";

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
    .action((flags: ListFlags) => runList(shell, flags));

type ListFlags = CommonFlags & SelectionFlags;

const countsByCode = (counts: readonly CodeCount[]): Record<string, number> =>
  Object.fromEntries(counts.map(({ code, count }) => [code, count]));

async function runList(shell: Shell, flags: ListFlags): Promise<void> {
  const [{ countLine, rejectColumns, rejectFields }, { countRejects, listRejects }] = await Promise.all([
    import("../../report/lists/reject-listing.js"),
    import("../../store/landing/rejects.js"),
  ]);
  const filter = chosen(flags);
  await readDatabase(shell, { ...flags, ownerOnly: true }, "rejects list", async (reading) => {
    const counts = () => countRejects(reading.db, filter);
    const byCode = flags.format === "json" ? { byCode: countsByCode(await counts()) } : {};
    await printList(
      { shell, flags, reading },
      {
        listing: {
          head: { command: "rejects list", ...byCode },
          rows: "rejects",
          fields: rejectFields,
          columns: rejectColumns,
        },
        pages: listRejects(reading.db, filter),
        footer: async () => [countLine(await counts())],
        empty: isAll(filter) ? "no record is rejected" : "no such record is rejected",
      },
    );
  });
}

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
    .action((id: string, flags: CommonFlags) => runShow(shell, id, flags));

async function runShow(shell: Shell, id: string, flags: CommonFlags): Promise<void> {
  const [report, { jsonObject }, { findReject }] = await Promise.all([
    import("../../report/lists/reject-listing.js"),
    import("../../report/formats/fields.js"),
    import("../../store/landing/rejects.js"),
  ]);
  await readDatabase(shell, { ...flags, ownerOnly: true }, "rejects show", async ({ db, screen, hide }) => {
    const found = await findReject(db, id);
    if (found === undefined) throw noSuchReject([id]);
    const reject = hide(found);
    const object = (whole: WholeReject) => jsonObject(whole, report.wholeRejectFields);
    if (flags.format === "table") await screen.print([report.describeReject(reject)]);
    else if (flags.format === "ndjson") await screen.print([`${object(reject)}\n`]);
    else await screen.print([`{"command":"rejects show","reject":${object(reject)}}\n`]);
  });
}

/** `timeback rejects`: the quarantine. */
export const rejectsCommand = (shell: Shell): Command =>
  new Command("rejects")
    .description("records that could not be landed: list them, show one, read them again, discard them")
    .addCommand(listCommand(shell))
    .addCommand(showCommand(shell))
    .addCommand(replayCommand(shell))
    .addCommand(discardCommand(shell));
