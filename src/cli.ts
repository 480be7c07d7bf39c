import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { auditCommand } from "./commands/audit/audit.js";
import { checkCommand } from "./commands/check/check.js";
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
import type { Shell } from "./commands/shell/options.js";
import { complain, helpWidth, printHelp, watchStreams } from "./commands/shell/standard-streams.js";
import { simulateCommand } from "./commands/simulate/simulate.js";
import { systemUser } from "./config.js";
import { safeArguments } from "./domain/values/secrets.js";
import { ExitCode, TimebackError, wordsOf } from "./errors.js";
import { packageFolder } from "./package-folder.js";

const packageFile = new URL("package.json", packageFolder);

function version(): string {
  const { version: found } = JSON.parse(readFileSync(packageFile, "utf8")) as { version: string };
  return found;
}

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
      writeErr: (text) => complain(text, args),
      writeOut: printHelp,
      getOutHelpWidth: helpWidth,
      getOutHasColors: () => false, // nothing in it is coloured, and to ask loads the stream
    })
    .hook("preAction", watchStreams)
    .exitOverride();
  for (const command of askedCommands(args)) program.addCommand(command(shell));
  inherit(program);
  return program;
}

/** Commander's own faults are calls gone wrong; what is not ours is a bug and says so. */
function exitCodeOf(error: unknown, typed: readonly string[]): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
  const known = error instanceof TimebackError;
  const message = wordsOf(error);
  complain(
    `timeback: ${known ? message : `a fault of this program: ${message}; please report it (run again with -v for the stack)`}\n`,
    typed,
  );
  if (error instanceof Error && typed.some((word) => word === "-v" || word === "--verbose"))
    complain(`${error.stack}\n${error.cause ? `cause: ${String(error.cause)}\n` : ""}`, typed);
  return known ? error.exitCode : ExitCode.failed;
}

/** How long a run that was told to stop may go on, to finish its chunk. */
const GRACE_MS = 4000;

/**
 * The first signal asks the run to stop between chunks. Where it cannot within some seconds (a long transaction, an input
 * that stalls), the process ends, and the database takes back what was not committed. A second signal ends it at once.
 */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const exit = () => process.exit(name === "SIGINT" ? 130 : 143);
    process.on(name, () => {
      if (controller.signal.aborted) exit();
      controller.abort(name);
      setTimeout(() => {
        complain(
          `timeback: stopped by ${name} in the middle of its work; what was committed is kept, a rerun continues\n`,
        );
        exit();
      }, GRACE_MS).unref();
    });
  }
  return controller.signal;
}

/** An embedded database that dies (its disk is full) answers no more: nothing is left to wait for, and Node would exit with 0. */
function failWhenAbandoned(): () => void {
  const fail = () => {
    complain(
      "timeback: the database gave up in the middle of the work (is its disk full?); what was committed is kept, a rerun continues\n",
    );
    process.exit(ExitCode.failed);
  };
  process.once("beforeExit", fail);
  return () => void process.off("beforeExit", fail);
}

/** Runs the command line and returns the exit code (docs/contracts.md). */
export async function main(argv: readonly string[]): Promise<number> {
  const isOver = failWhenAbandoned();
  let exitCode: number = ExitCode.done;
  const shell: Shell = {
    version: version(),
    caller: () => ({ version: shell.version, user: systemUser(), arguments: safeArguments(argv.slice(2)) }),
    signal: stopSignal(),
    exitWith(code) {
      exitCode = code;
    },
  };
  try {
    await buildProgram(shell, argv.slice(2)).parseAsync(argv);
    return exitCode;
  } catch (error) {
    return exitCodeOf(error, argv.slice(2));
  } finally {
    isOver();
  }
}
