import { createHash } from "node:crypto";
import type { FreshDatabase } from "./engines.js";
import { answerOf } from "./load-population.js";
import type { Truth } from "./population.js";

/** A bundled-xp finding as the audit prints it. */
export interface BundledFinding {
  verdict: "confirmed" | "probable" | "suspected";
  studentId: string;
  date: string;
  eventId: string;
  counted: number;
  ownXp: number | null;
  excessXp: number | null;
  results: { sourcedId: string }[];
  alternatives: string[][];
  summary: string;
}

/** How the audit of one population compares with its truth. */
export interface Score {
  /** Of the findings as they are printed. */
  digest: string;
  /** Confirmed findings about an event that is not bundled, or with a wrong own XP. */
  wrong: BundledFinding[];
  /** Confirmed and probable findings, and those among them whose event is bundled. */
  claims: number;
  rightClaims: number;
  /** Bundled events (twins are one), and those that a confirmed or probable finding names. */
  bundled: number;
  found: number;
  /** Right claims with the exact excess, and with the true parts among their readings; of those that can have them. */
  exactExcess: number;
  withParts: number;
  trueParts: number;
  /** Days whose XP is not the truth once the confirmed findings are set to own XP; failed bank writes and undecidable days left out. */
  wrongDays: string[];
}

/** XP in ten-thousandths, so that sums are exact. */
const exact = (xp: number): number => Math.round(xp * 10_000);

const sameParts = (parts: readonly string[]) => (reading: readonly string[]) =>
  JSON.stringify([...reading].sort()) === JSON.stringify([...parts].sort());

/** Audits a database that holds a population, and compares. */
export async function scoreOf(database: FreshDatabase, truth: Truth): Promise<Score> {
  const lines = (text: string) => text.split("\n").filter((line) => line !== "");
  const answer = await answerOf(database, "audit", "--kind", "bundled-xp", "--format", "ndjson");
  const findings = lines(answer).map((line) => JSON.parse(line) as BundledFinding);
  const days = lines(await answerOf(database, "report", "--format", "ndjson")).map(
    (line) => JSON.parse(line) as { studentId: string; date: string; xp: number },
  );
  const bundles = new Map(truth.bundled.flatMap((one) => [one.eventId, ...one.twins].map((id) => [id, one] as const)));
  const claims = findings.filter(({ verdict }) => verdict !== "suspected");
  const right = claims.flatMap((finding) => {
    const bundle = bundles.get(finding.eventId);
    return bundle ? [{ finding, bundle }] : [];
  });
  const withParts = right.filter(({ bundle }) => bundle.parts.length > 0 && !bundle.failedBankWrite);
  return {
    digest: createHash("sha256").update(answer).digest("hex").slice(0, 16),
    wrong: findings.filter(
      ({ verdict, eventId, ownXp }) => verdict === "confirmed" && bundles.get(eventId)?.ownXp !== ownXp,
    ),
    claims: claims.length,
    rightClaims: right.length,
    bundled: truth.bundled.length,
    found: new Set(right.map(({ bundle }) => bundle.eventId)).size,
    exactExcess: right.filter(({ finding, bundle }) => finding.excessXp === bundle.excessXp).length,
    withParts: withParts.length,
    trueParts: withParts.filter(({ finding, bundle }) =>
      [finding.results.map(({ sourcedId }) => sourcedId), ...finding.alternatives].some(sameParts(bundle.parts)),
    ).length,
    wrongDays: wrongDays(truth, days, findings),
  };
}

/** Twins count as they stand: they are judged once, and reported as duplicates. */
function wrongDays(
  truth: Truth,
  days: readonly { studentId: string; date: string; xp: number }[],
  findings: readonly BundledFinding[],
): string[] {
  const xp = new Map<string, number>();
  const add = ({ studentId, date }: { studentId: string; date: string }, amount: number) =>
    xp.set(`${studentId} ${date}`, (xp.get(`${studentId} ${date}`) ?? 0) + amount);
  for (const day of days) add(day, exact(day.xp));
  for (const finding of findings)
    if (finding.verdict === "confirmed") add(finding, exact(finding.ownXp ?? 0) - exact(finding.counted));
  for (const bundle of truth.bundled) add(bundle, -exact(bundle.excessXp) * bundle.twins.length);
  return truth.days
    .filter(({ failedBankWrite, undecidable }) => !failedBankWrite && undecidable === null)
    .filter(({ studentId, date, trueXp }) => (xp.get(`${studentId} ${date}`) ?? 0) !== exact(trueXp))
    .map(({ studentId, date, trueXp }) => `${studentId} ${date}: ${trueXp}`);
}
