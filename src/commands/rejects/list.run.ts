import type { CodeCount, WholeReject } from "../../domain/views/reject.js";
import { noSuchReject } from "../../operations/rejects.js";
import { jsonObject } from "../../report/formats/fields.js";
import {
  countLine,
  describeReject,
  rejectColumns,
  rejectFields,
  wholeRejectFields,
} from "../../report/lists/reject-listing.js";
import { countRejects, findReject, listRejects } from "../../store/reading/list-rejects.js";
import type { CommonFlags } from "../shell/options.js";
import { printList, readDatabase } from "../shell/reading.js";
import type { Shell } from "../shell/shell.js";
import type { ListFlags } from "./flags.js";

const countsByCode = (counts: readonly CodeCount[]): Record<string, number> =>
  Object.fromEntries(counts.map(({ code, count }) => [code, count]));

/** Lists the quarantined records. */
export async function runList(shell: Shell, flags: ListFlags): Promise<void> {
  const { code, file } = flags;
  const filter = { code, file };
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
        empty: code === undefined && file === undefined ? "no rejected records" : "no rejected record matches",
      },
    );
  });
}

/** Shows one quarantined record. */
export async function runShow(shell: Shell, id: string, flags: CommonFlags): Promise<void> {
  await readDatabase(shell, { ...flags, ownerOnly: true }, "rejects show", async ({ db, screen, hide }) => {
    const found = await findReject(db, id);
    if (found === undefined) throw noSuchReject([id]);
    const reject = hide(found);
    const object = (whole: WholeReject) => jsonObject(whole, wholeRejectFields);
    if (flags.format === "table") await screen.print([describeReject(reject)]);
    else if (flags.format === "ndjson") await screen.print([`${object(reject)}\n`]);
    else await screen.print([`{"command":"rejects show","reject":${object(reject)}}\n`]);
  });
}
