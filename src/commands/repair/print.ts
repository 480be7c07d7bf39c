import { createInterface } from "node:readline/promises";
import type { CorrectedTotal, ListedCorrection, PlannedApp } from "../../domain/findings/correction.js";
import type { FactPlan } from "../../domain/views/fact-plan.js";
import type { RepairPlan } from "../../pipelines/repair/repair.js";
import { renderListing } from "../../report/formats/listing.js";
import type { Column } from "../../report/formats/table.js";
import {
  appLines,
  appsJson,
  correctionColumns,
  correctionFields,
  planColumns,
  totalLines,
} from "../../report/lists/correction-listing.js";
import { planJson } from "../../report/lists/fact-plan.js";
import type { CommonFlags } from "../shell/options.js";
import type { Screen } from "../shell/screen.js";
import type { Shell } from "../shell/shell.js";

/** Corrections to print: a list with its numbers, and the line that says what was done. */
export interface PrintedCorrections {
  done: string;
  planned: number;
  applied: number;
  corrections: readonly ListedCorrection[];
  totals: readonly CorrectedTotal[];
  /** The plan by app. */
  apps?: readonly PlannedApp[];
  /** What a plan does to the facts. */
  facts?: FactPlan;
}

async function* pageOf<Row>(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  if (rows.length > 0) yield rows;
}

async function print(
  screen: Screen,
  flags: CommonFlags,
  { planned, applied, corrections, totals, apps = [], facts }: PrintedCorrections,
  columns: readonly Column<ListedCorrection>[],
): Promise<void> {
  if (flags.quiet && applied > 0 && flags.output === undefined) return; // a run that was done
  const listing = {
    head: { command: "repair", planned, applied, apps: appsJson(apps), ...(facts ? { plan: planJson(facts) } : {}) },
    rows: "corrections",
    fields: correctionFields,
    columns,
  };
  async function* answer(): AsyncGenerator<string> {
    if (flags.format !== "table" || corrections.length > 0)
      yield* renderListing(flags.format, listing, pageOf(corrections), { color: screen.color, raw: flags.raw });
    if (flags.format === "table" && totals.length > 0) yield `\n${totalLines(totals).join("\n")}\n`;
    if (flags.format === "table" && apps.length > 0) yield `\n${appLines(apps).join("\n")}\n`;
  }
  await screen.print(answer());
}

/** Prints what a repair would do. */
export async function printPlan(screen: Screen, flags: CommonFlags, plan: RepairPlan): Promise<void> {
  const planned = plan.corrections.length;
  await print(screen, flags, { ...plan, planned, applied: 0, done: "" }, planColumns);
  screen.note(
    planned === 0
      ? "nothing to correct: there are no confirmed findings"
      : `plan, nothing written: ${planned} ${planned === 1 ? "correction" : "corrections"}; run it with --yes`,
  );
}

/** Prints corrections that were made, undone or listed. */
export async function printCorrections(screen: Screen, flags: CommonFlags, printed: PrintedCorrections): Promise<void> {
  await print(screen, flags, printed, correctionColumns);
  screen.note(printed.done);
}

/** Asks for a typed yes; only where a person sits in front of it. */
export async function confirmed({ stdin }: Shell, { terminal: output }: Screen, flags: CommonFlags): Promise<boolean> {
  if (!output || stdin.isTTY !== true || flags.format !== "table" || flags.output !== undefined) return false;
  const terminal = createInterface({ input: stdin, output });
  try {
    return (await terminal.question("Type yes to apply it: ")).trim().toLowerCase() === "yes";
  } finally {
    terminal.close();
  }
}
