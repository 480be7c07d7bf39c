import { printableText } from "../../domain/values/printable.js";
import { safeComplaint } from "../../domain/values/secrets.js";
import type { Shell } from "./shell.js";

/** Faults may repeat what was typed or read: people type URLs in the wrong place, and no terminal may obey the data. */
export function complain({ stderr }: Pick<Shell, "stderr">, text: string, typed: readonly string[] = []): void {
  stderr.write(printableText(safeComplaint(text, typed)));
}
