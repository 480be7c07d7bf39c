/** The outcome of verifying an evidence file. `difference` describes the first mismatch; null if there is none. */
export interface Verification {
  verified: boolean;
  findingId: string | null;
  verdict: string | null;
  /** `9 = 3 own + 5 (Ratios: the video) + 1 (Ratios: the article)`. */
  arithmetic: string | null;
  /** sha256 of the hashes of all parts: files with equal fingerprints are the same evidence. */
  fingerprint: string | null;
  difference: string | null;
}
