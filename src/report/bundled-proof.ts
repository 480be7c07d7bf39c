import { LosslessNumber } from "lossless-json";
import { z } from "zod";
import type { ListedFinding } from "../domain/listed-finding.js";
import { membersOf } from "./finding-listing.js";

const amount = z.instanceof(LosslessNumber).transform(({ value }) => value);
const text = z.string().nullish();

/** What the answer reads of a `bundled-xp` finding (docs/contracts.md, "Output"); amounts become decimal text. */
const Proof = z.object({
  eventId: z.string(),
  eventXp: amount,
  ownXp: amount.nullish(),
  excessXp: amount.nullish(),
  results: z.array(z.object({ sourcedId: z.string(), xp: amount, activityId: text, title: text })),
  alternatives: z.array(z.array(z.string())),
  rule: z.string(),
  evidence: z.object({
    activityId: text,
    activityName: text,
    attempt: amount.nullish(),
    baseXp: amount.nullish(),
    correctQuestions: amount.nullish(),
    totalQuestions: amount.nullish(),
    ownFrom: z.enum(["own-result", "stored-multiplier", "multiplier-table", "unknown"]).catch("unknown"),
    ownArithmetic: text,
    ownResults: z.array(z.object({ sourcedId: z.string() })).default([]),
    zeroResults: z.array(z.object({ sourcedId: z.string() })).default([]),
    twins: z.array(z.string()).default([]),
  }),
});

export type BundledProof = z.infer<typeof Proof>;

/** The proof of a finding of kind `bundled-xp`. */
export const bundledProof = (finding: ListedFinding): BundledProof => Proof.parse(membersOf(finding));
