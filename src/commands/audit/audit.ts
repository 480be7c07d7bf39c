import { Command, InvalidArgumentError } from "commander";
import { FINDING_KINDS, type FindingKind } from "../../domain/findings/finding-kind.js";
import { UsageError } from "../../errors.js";
import { failOnOption } from "../shell/fail-on.js";
import { FORMATS, withFactScope } from "../shell/options.js";
import type { Shell } from "../shell/shell.js";
import { diffCommand } from "./diff.js";
import type { AuditFlags } from "./flags.js";
import { showCommand } from "./show.js";
import { verifyCommand } from "./verify.js";

function addKind(text: string, before: FindingKind[] = []): FindingKind[] {
  const kind = FINDING_KINDS.find((one) => one === text);
  if (kind === undefined) throw new InvalidArgumentError(`Allowed choices are ${FINDING_KINDS.join(", ")}.`);
  return [...before, kind];
}

const addApp = (name: string, before: string[] = []): string[] => [...before, name];

/** `timeback audit`: what is counted twice or wrongly, with proof. It changes no record and no fact. */
export const auditCommand = (shell: Shell): Command =>
  withFactScope(new Command("audit"), [...FORMATS, "junit", "html"])
    .description("find XP counted twice or wrongly, with arithmetic and proof; changes no record and no fact")
    .option("--kind <kind>", "only findings of this kind (repeatable)", addKind)
    .option("--app <name>", "only findings about this app (repeatable)", addApp)
    .addOption(failOnOption())
    .option("--no-save", "do not store the findings (only unfiltered audits of all students are stored)")
    .option("--balance", "show the trial balance instead: for each student and day, counted = true + each cause")
    .addCommand(diffCommand(shell))
    .addCommand(showCommand(shell))
    .addCommand(verifyCommand(shell))
    .hook("preSubcommand", refuseOptionsBefore)
    .addHelpText(
      "after",
      `
Examples:
  $ timeback audit student@school.example                         # support: an answer to read aloud or paste
  $ timeback audit -q --format ndjson --output findings.ndjson --force    # cron: exit 1 if anything is confirmed
  $ timeback audit -q --format junit --output audit.xml           # CI: one test case per check and student
  $ timeback audit --kind bundled-xp --app "Nice Academy" --from 2025-03-01 --to 2025-03-31
  $ timeback audit --fail-on none --format json | jq .totals
  $ timeback audit --format html --output audit.html              # one page with charts; works offline
  $ timeback audit student@school.example --redact                # for a ticket: pseudonyms, no real identities
  $ timeback audit diff                                           # what is new since the previous audit

Kinds: ${FINDING_KINDS.join(", ")}.
A student gets the same findings alone as in an audit of all students. With filters, totals and exit code cover only the
selected findings. The audit never waits for other runs and never blocks them. -q still prints the answer.`,
    )
    .action(async (email: string | undefined, flags: AuditFlags) => {
      if (flags.balance) await (await import("./balance.run.js")).runBalance(shell, email, flags);
      else await (await import("./audit.run.js")).runAudit(shell, email, flags);
    });

/** Options before the name of a subcommand would be taken for those of `audit`, and be lost. */
function refuseOptionsBefore(audit: Command, sub: Command): void {
  const given = audit.options.filter((option) => audit.getOptionValueSource(option.attributeName()) === "cli");
  if (given.length > 0)
    throw new UsageError(
      `${given.map(({ long }) => long).join(", ")} is given before ${sub.name()}: put it after, as in timeback audit ${sub.name()} ...`,
    );
}
