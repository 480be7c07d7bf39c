import { Command, Option } from "commander";
import { pathFrom } from "../../config.js";
import { ExitCode, UsageError, wordsOf } from "../../errors.js";
import { openScreen } from "../shell/screen.js";
import type { Shell } from "../shell/shell.js";

interface VerifyFlags {
  format: "table" | "json";
  output?: string;
  quiet?: boolean;
}

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
    .action((file: string, flags: VerifyFlags) => runVerify(shell, file, flags));

async function runVerify(shell: Shell, file: string, flags: VerifyFlags): Promise<void> {
  const screen = openScreen(shell, { ...flags, color: false });
  const { readFile } = await import("node:fs/promises");
  const text = await readFile(pathFrom(shell.cwd, file), "utf8").catch((error: unknown) => {
    throw new UsageError(`${file} cannot be read: ${wordsOf(error)}`, {
      cause: error,
    });
  });
  const [{ verify }, { parseLine }, { verificationJson, verificationLines }] = await Promise.all([
    import("../../pipelines/audit/evidence/verify.js"),
    import("../../pipelines/caliper/parse/parse.js"),
    import("../../report/audit/verification.js"),
  ]);
  const result = verify(text, (payload) => {
    const [parsed, another] = parseLine({ text: payload });
    return parsed?.kind === "event" && another === undefined ? parsed.event : null;
  });
  if (!result.verified) shell.exitWith(ExitCode.attention);
  const lines = flags.format === "json" ? [verificationJson(result)] : verificationLines(result);
  await screen.print(lines.map((line) => `${line}\n`));
}
