import { Command } from "commander";
import { withListOptions } from "../shell/options.js";
import type { Shell } from "../shell/shell.js";
import type { RepairFlags } from "./repair.run.js";

const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** `timeback repair`: corrects what the audit confirmed, and takes corrections back. */
export const repairCommand = (shell: Shell): Command =>
  withListOptions(new Command("repair"))
    .description("correct bundled events to their own XP; prints a plan, writes only with --yes, can be undone")
    .argument("[email]", "student (without it, all students)")
    .option("--yes", "apply the plan")
    .option("--event <id>", "only this event, even if the audit finds it only probable (repeatable)", collect)
    .option("--app <name>", "only this app, even if few events show how it pays (repeatable)", collect)
    .option("--reason <text>", "why these events were chosen; stored with the corrections")
    .option("--by <name>", "who makes the correction (default: the user of this process)")
    .option("--list", "list all corrections, including undone ones")
    .option("--undo <id>", "undo a correction (repeatable)", collect)
    .option("--undo-run <run>", "undo every correction made by a run")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback repair student@school.example             # prints the plan; writes nothing
  $ timeback repair student@school.example --yes
  $ timeback repair --event 270cb3ab-0c7a-4314-adef-3fcf71ef4604 --reason "agreed with the school" --yes
  $ timeback repair --list
  $ timeback repair --undo 3f0c2a9b41d7e865

Only confirmed findings are corrected, unless --event names a probable one. Without an email, an app whose claims rest on
fewer than 10 quiet events is left alone unless --app names it; the plan says so. A correction is stored as a separate row: the
event is unchanged, and its fact counts the event's own XP and names the correction. Undoing a correction restores the facts
exactly. On a terminal, the plan asks you to type yes.`,
    )
    .action(async (email: string | undefined, flags: RepairFlags) =>
      (await import("./repair.run.js")).runRepair(shell, email, flags),
    );
