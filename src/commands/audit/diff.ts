import { Command } from "commander";
import { failOnOption } from "../shell/fail-on.js";
import { withListOptions } from "../shell/options.js";
import type { Shell } from "../shell/shell.js";
import type { DiffFlags } from "./diff.run.js";

/** `timeback audit diff`: what became of the findings between two stored audits. */
export const diffCommand = (shell: Shell): Command =>
  withListOptions(new Command("diff"))
    .description("what two stored audits found: new, fixed, still open")
    .argument(
      "[former]",
      "run of the former audit, or its beginning (default: the last but one; with one run: that one)",
    )
    .argument("[later]", "run of the later audit (default: the last)")
    .addOption(failOnOption("new findings"))
    .addHelpText(
      "after",
      `
Examples:
  $ timeback audit diff                            # what the last audit found that the one before did not
  $ timeback audit diff 4c1f09aa                   # since that audit
  $ timeback audit diff 4c1f09aa 9be2d310 --format ndjson | jq -r 'select(.state == "new") | .id'

Audits of everybody are stored when they ran without filters, and without --no-save. A finding that became surer counts
as new for --fail-on. -q prints the answer too.`,
    )
    .action(async (former: string | undefined, later: string | undefined, flags: DiffFlags) =>
      (await import("./diff.run.js")).runDiff(shell, [former, later], flags),
    );
