/** What became of an evidence file. `difference` names the first thing that is not as it says; null where all is. */
export interface Verification {
  verified: boolean;
  findingId: string | null;
  verdict: string | null;
  /** `9 = 3 own + 5 (Ratios: the video) + 1 (Ratios: the article)`. */
  arithmetic: string | null;
  /** sha256 over the hashes of all parts: two files with one fingerprint are the same evidence. */
  fingerprint: string | null;
  difference: string | null;
}
