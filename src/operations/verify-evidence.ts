import type { Verification } from "../domain/findings/verification.js";
import { verify } from "../pipelines/audit/evidence/verify.js";
import { parseLine } from "../pipelines/caliper/parse/parse.js";

/** Derives the finding of an evidence file (its text) again and compares it byte for byte; needs no database. */
export const verifyEvidence = (text: string): Verification =>
  verify(text, (payload) => {
    const [parsed, another] = parseLine({ text: payload });
    return parsed?.kind === "event" && another === undefined ? parsed.event : null;
  });
