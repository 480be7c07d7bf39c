import { Command } from "commander";
import { failOnOption } from "../shell/fail-on.js";
import { withListOptions } from "../shell/options.js";
import type { Shell } from "../shell/shell.js";
import type { DiffFlags } from "./diff.run.js";

/** `timeback audit diff`: what became of the findings between two stored audits. */
export const diffCommand = (shell: Shell): Command =>
  withListOptions(new Command("diff"))
    .description("compare two stored audits: new, fixed and open findings")
    .argument("[former]", "run id of the earlier audit, or its first digits (default: the last but one)")
    .argument("[later]", "run id of the later audit (default: the last)")
    .addOption(failOnOption("new finding"))
    .addHelpText(
      "after",
      `
Examples:
  $ timeback audit diff                            # the last audit against the one before
  $ timeback audit diff 4c1f09aa                   # the last audit against this one
  $ timeback audit diff 4c1f09aa 9be2d310 --format ndjson | jq -r 'select(.state == "new") | .id'

Audits of all students are stored if they ran without filters and without --no-save. For --fail-on, a finding whose verdict
became stronger counts as new. -q still prints the answer.`,
    )
    .action(async (former: string | undefined, later: string | undefined, flags: DiffFlags) =>
      (await import("./diff.run.js")).runDiff(shell, [former, later], flags),
    );
