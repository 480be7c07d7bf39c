import { Command } from "commander";
import { withListOptions } from "../shell/options.js";
import type { Shell } from "../shell/shell.js";
import type { RepairFlags } from "./repair.run.js";

const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** `timeback repair`: corrects what the audit confirmed, and takes corrections back. */
export const repairCommand = (shell: Shell): Command =>
  withListOptions(new Command("repair"))
    .description("correct bundled events to their own XP: prints the plan, writes only with --yes, and can be undone")
    .argument("[email]", "student; everybody without one")
    .option("--yes", "carry the plan out")
    .option(
      "--event <id>",
      "only this event, also where the audit finds it no more than probable (may be given again)",
      collect,
    )
    .option("--reason <text>", "why a person chose these events; kept with the corrections")
    .option("--by <name>", "who does it (default: the user of this process)")
    .option("--list", "the corrections that were made, undone ones too")
    .option("--undo <id>", "take a correction back (may be given again)", collect)
    .option("--undo-run <run>", "take back every correction that a run made")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback repair student@school.example             # the plan; nothing is written
  $ timeback repair student@school.example --yes
  $ timeback repair --event 270cb3ab-0c7a-4314-adef-3fcf71ef4604 --reason "agreed with the school" --yes
  $ timeback repair --list
  $ timeback repair --undo 3f0c2a9b41d7e865

Only confirmed findings are corrected, unless --event names a probable one. A correction is a row of its own: the event
stays as it came, its fact counts the event's own XP and names the correction. Undone, the facts are as if it had never
been made. On a terminal, the plan asks for a typed yes.`,
    )
    .action(async (email: string | undefined, flags: RepairFlags) =>
      (await import("./repair.run.js")).runRepair(shell, email, flags),
    );
