import type { CommonFlags } from "./common.js";
import type { Screen } from "./screen.js";

/** The answer of a run: JSON on stdout, or one line for people. Under --quiet nothing, unless JSON goes to a file. */
export async function printSummary(screen: Screen, flags: CommonFlags, answer: object, line: string): Promise<void> {
  if (flags.quiet && flags.output === undefined) return;
  if (flags.format === "table") await screen.print([`${line}\n`]);
  else await screen.print([`${JSON.stringify(answer)}\n`]);
}
