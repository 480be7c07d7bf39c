import type { Verification } from "../../domain/findings/verification.js";
import { jsonText } from "../../domain/values/json-text.js";
import { printable } from "../../domain/values/printable.js";

/** As one JSON object (docs/contracts.md, "Output"). */
export const verificationJson = (result: Verification): string => jsonText({ command: "audit verify", ...result });

/** `verified: confirmed, 9 = 3 own + 5 (...) + 1 (...), byte for byte`, or the first difference. */
export function verificationLines({
  verified,
  verdict,
  arithmetic,
  findingId,
  fingerprint,
  difference,
}: Verification): string[] {
  const lines = verified
    ? [`verified: ${verdict}, ${arithmetic}, byte for byte`, `finding ${findingId}, fingerprint ${fingerprint}`]
    : [`not verified: ${difference}`];
  return lines.map(printable);
}
