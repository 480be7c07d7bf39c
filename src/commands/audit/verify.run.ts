import { readFile } from "node:fs/promises";
import { pathFrom } from "../../config.js";
import { ExitCode, UsageError, wordsOf } from "../../errors.js";
import { verifyEvidence } from "../../operations/verify-evidence.js";
import { verificationJson, verificationLines } from "../../report/audit/verification.js";
import { openScreen } from "../shell/screen.js";
import type { Shell } from "../shell/shell.js";

/** What `timeback audit verify` takes. */
export interface VerifyFlags {
  format: "table" | "json";
  output?: string;
  quiet?: boolean;
}

/** Derives the finding of an evidence file again and says whether it is the same. */
export async function runVerify(shell: Shell, file: string, flags: VerifyFlags): Promise<void> {
  const screen = openScreen(shell, { ...flags, color: false });
  const text = await readFile(pathFrom(shell.cwd, file), "utf8").catch((error: unknown) => {
    throw new UsageError(`${file} cannot be read: ${wordsOf(error)}`, { cause: error });
  });
  const result = verifyEvidence(text);
  if (!result.verified) shell.exitWith(ExitCode.attention);
  const lines = flags.format === "json" ? [verificationJson(result)] : verificationLines(result);
  await screen.print(lines.map((line) => `${line}\n`));
}
