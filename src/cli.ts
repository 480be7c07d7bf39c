import { Command, CommanderError } from "commander";
import { auditCommand } from "./commands/audit/audit.js";
import { checkCommand } from "./commands/check.js";
import { dbCommand } from "./commands/db.js";
import { demoCommand } from "./commands/demo.js";
import { etlCommand } from "./commands/etl-oneroster.js";
import { factsCommand } from "./commands/facts.js";
import { importCommand } from "./commands/import-oneroster.js";
import { ingestCommand } from "./commands/ingest.js";
import { recomputeCommand } from "./commands/recompute.js";
import { rejectsCommand } from "./commands/rejects/rejects.js";
import { repairCommand } from "./commands/repair/repair.js";
import { reportCommand } from "./commands/report.js";
import { runsCommand } from "./commands/runs.js";
import { complain } from "./commands/shell/complain.js";
import { inProcess } from "./commands/shell/process-shell.js";
import type { Shell } from "./commands/shell/shell.js";
import { simulateCommand } from "./commands/simulate/simulate.js";
import { ExitCode, TimebackError, wordsOf } from "./errors.js";

/** Settings that commander does not hand down to commands added with `addCommand`. */
function inherit(parent: Command): void {
  for (const child of parent.commands) {
    child.copyInheritedSettings(parent);
    inherit(child);
  }
}

const COMMANDS: ReadonlyMap<string, (shell: Shell) => Command> = new Map([
  ["ingest", ingestCommand],
  ["etl", etlCommand],
  ["import", importCommand],
  ["recompute", recomputeCommand],
  ["audit", auditCommand],
  ["check", checkCommand],
  ["repair", repairCommand],
  ["report", reportCommand],
  ["facts", factsCommand],
  ["rejects", rejectsCommand],
  ["runs", runsCommand],
  ["simulate", simulateCommand],
  ["demo", demoCommand],
  ["db", dbCommand],
]);

/** The commands that can be meant: the options before a command take no values. */
function askedCommands(args: readonly string[]): Iterable<(shell: Shell) => Command> {
  if (args[0] === "--version") return [];
  const asked = COMMANDS.get(args.find((arg) => !arg.startsWith("-")) ?? "");
  return asked ? [asked] : COMMANDS.values();
}

/**
 * The whole command line; the README's reference is made from it. With `args` only the command that they ask for, where
 * they do: to define all of them takes longer than to carry out some.
 */
export function buildProgram(shell: Shell, args: readonly string[] = []): Command {
  const program = new Command("timeback")
    .description(
      "ETL and audit of learning XP: lands Caliper events and OneRoster results, derives facts that count each XP once, and explains them",
    )
    .version(shell.version)
    .showHelpAfterError("(add --help for the options and examples)")
    .enablePositionalOptions() // an option after the name of a subcommand is the subcommand's
    .configureOutput({
      writeErr: (text) => complain(shell, text, args),
      writeOut: (text) => shell.printHelp(text),
      getOutHelpWidth: () => shell.helpWidth(),
      getOutHasColors: () => false, // nothing in it is coloured, and to ask loads the stream
    })
    .exitOverride();
  for (const command of askedCommands(args)) program.addCommand(command(shell));
  inherit(program);
  return program;
}

/** Commander's own faults are calls gone wrong; what is not ours is a bug and says so. */
function exitCodeOf(shell: Shell, error: unknown, typed: readonly string[]): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
  const known = error instanceof TimebackError;
  const message = wordsOf(error);
  complain(
    shell,
    `timeback: ${known ? message : `a fault of this program: ${message}; please report it (run again with -v for the stack)`}\n`,
    typed,
  );
  if (error instanceof Error && typed.some((word) => word === "-v" || word === "--verbose"))
    complain(shell, `${error.stack}\n${error.cause ? `cause: ${String(error.cause)}\n` : ""}`, typed);
  return known ? error.exitCode : ExitCode.failed;
}

/** How stores are opened, for a caller that gives its own shell to `main`. */
export const loadStores = () => import("./store/open.js");

/** Runs the command line, which sets the exit code of its shell (docs/contracts.md): by default, that of this process. */
export async function main(argv: readonly string[], shell?: Shell): Promise<void> {
  if (shell === undefined) return inProcess(argv, (own) => main(argv, own));
  const args = argv.slice(2);
  try {
    await buildProgram(shell, args).parseAsync(argv);
  } catch (error) {
    shell.exitWith(exitCodeOf(shell, error, args));
  }
}
