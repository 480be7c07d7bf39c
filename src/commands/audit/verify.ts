import { Command, Option } from "commander";
import type { Shell } from "../shell/shell.js";
import type { VerifyFlags } from "./verify.run.js";

/** `timeback audit verify`: derives the finding of an evidence file again, without a database. */
export const verifyCommand = (shell: Shell): Command =>
  new Command("verify")
    .description(
      "derive the finding in an evidence file again and compare it byte for byte; needs no database or network",
    )
    .argument("<file>", "file written by timeback audit show <finding> --bundle")
    .addOption(new Option("--format <format>", "output format").choices(["table", "json"]).default("table"))
    .option("--output <file>", "write the answer to a file instead of stdout")
    .option("-q, --quiet", "no notes on stderr; warnings and errors still go there")
    .option("-v, --verbose", "include stack traces in errors")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback audit verify evidence.json
  $ timeback audit verify evidence.json --format json | jq .difference

Exit 0: verified. Exit 1: the file was changed, contradicts itself or was judged by other rules; the first difference is
shown. docs/evidence.md explains what is derived again and what is taken from the file.`,
    )
    .action(async (file: string, flags: VerifyFlags) =>
      (await import("./verify.run.js")).runVerify(shell, file, flags),
    );
