import { Command, Option } from "commander";
import type { Shell } from "../shell/shell.js";
import type { VerifyFlags } from "./verify.run.js";

/** `timeback audit verify`: derives the finding of an evidence file again, without a database. */
export const verifyCommand = (shell: Shell): Command =>
  new Command("verify")
    .description(
      "derive the finding of an evidence file again and compare it byte for byte; needs no database and no network",
    )
    .argument("<file>", "file that timeback audit show <finding> --bundle wrote")
    .addOption(new Option("--format <format>", "form of the answer").choices(["table", "json"]).default("table"))
    .option("--output <file>", "write the answer to a file instead of stdout")
    .option("-q, --quiet", "nothing on stderr unless something is wrong")
    .option("-v, --verbose", "the stack of a fault")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback audit verify evidence.json
  $ timeback audit verify evidence.json --format json | jq .difference

Exit 0: verified. Exit 1: the file was changed, contradicts itself, or was judged by other rules; the first difference is
named. What is derived again, and what is taken from the file: docs/evidence.md.`,
    )
    .action(async (file: string, flags: VerifyFlags) =>
      (await import("./verify.run.js")).runVerify(shell, file, flags),
    );
