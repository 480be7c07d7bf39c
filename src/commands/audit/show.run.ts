import { UsageError } from "../../errors.js";
import { showFinding } from "../../operations/show-finding.js";
import { proofJson, proofLines } from "../../report/audit/finding-proof.js";
import { findingsText, open, operate } from "../shell/database.js";
import type { CommonFlags } from "../shell/options.js";
import { hiding } from "../shell/reading.js";
import { openScreen } from "../shell/screen.js";
import type { Shell } from "../shell/shell.js";

/** What `timeback audit show` takes. */
export interface ShowFlags extends CommonFlags {
  bundle?: string;
}

/** Prints one finding with all that it rests on, and writes its evidence where that is asked for. */
export async function runShow(shell: Shell, id: string, flags: ShowFlags): Promise<void> {
  const { bundle, force, redact } = flags;
  if (bundle !== undefined && redact)
    throw new UsageError("--bundle needs the original records as proof: leave out --redact");
  const file =
    bundle === undefined ? null : openScreen(shell, { output: bundle, force, ownerOnly: true, color: false });
  const opened = open(shell, { ...flags, ownerOnly: true });
  const { screen } = opened;
  const request = { id, evidence: file !== null };
  await operate(opened, flags, { command: "audit show", text: findingsText }, async (store, invocation, progress) => {
    const hideIn = await hiding(store, flags);
    await showFinding(store, request, invocation, async ({ db, evidence, ...proof }) => {
      progress.end();
      if (file) await file.print([evidence ?? ""]);
      const shown = (await hideIn(db))(proof);
      if (flags.format === "table") await screen.print(proofLines(shown).map((line) => `${line}\n`));
      else await screen.print([`${proofJson(shown)}\n`]);
      if (file) screen.note(`evidence written to ${bundle}; verify it anywhere with timeback audit verify ${bundle}`);
    });
  });
}
