import type { RawEvent, RawFact, RawResult, RawRows, ResultReading } from "../../domain/findings/evidence-rows.js";
import type { ListedFinding } from "../../domain/findings/listed-finding.js";
import type { StoredAudit, StoredFinding } from "../../domain/findings/stored-audit.js";
import type { JsonValue } from "../../domain/values/json-text.js";
import { jsonText } from "../../domain/values/json-text.js";
import { printable } from "../../domain/values/printable.js";
import { sumOf, xpFromText, xpText } from "../../domain/values/xp.js";
import { numberToken } from "../formats/fields.js";
import { type BundledProof, bundledProof } from "./bundled-proof.js";
import { calibrationLine } from "./calibration-line.js";
import { auditName } from "./diff-listing.js";

/** A finding with everything that it is based on. */
export interface FindingProof {
  finding: ListedFinding;
  /** The audits that contain it; null if it is not stored. */
  stored: Pick<StoredFinding, "firstAudit" | "lastAudit" | "isOpen"> | null;
  raw: RawRows;
}

type Sums = { title: string; xp: string };

function nameOf({ results, resources }: RawRows, id: string): Sums {
  const result = results.find(({ sourcedId }) => sourcedId === id);
  const title = resources.find(({ sourcedId }) => sourcedId === result?.activityId)?.title;
  return { title: title ?? id, xp: result?.readings.at(-1)?.xp ?? "0" };
}

/** Every reading of a bundled event's XP, that of the claim first: `9 = 3 own + 5 (Ratios: the video)`. */
function readingsOf({ finding, raw }: FindingProof): string[] {
  if (finding.kind !== "bundled-xp") return [];
  const { eventXp, results, alternatives, ownXp } = bundledProof(finding);
  if (ownXp === null || ownXp === undefined) return [];
  return [results.map(({ sourcedId }) => sourcedId), ...alternatives]
    .filter((ids) => ids.length > 0)
    .map((ids) => {
      const banks = ids.map((id) => nameOf(raw, id));
      const own = xpFromText(eventXp) - sumOf(banks.map(({ xp }) => xpFromText(xp)));
      const parts = banks.map(({ title, xp }) => `${numberToken(xp)} (${title})`);
      return [`${numberToken(eventXp)} = ${xpText(own)} own`, ...parts].join(" + ");
    });
}

/** As one JSON object (docs/contracts.md, "Output"). */
export function proofJson(proof: FindingProof): string {
  const { finding, stored, raw } = proof;
  const auditJson = ({ runId, number, finishedAt, ruleVersion }: StoredAudit): JsonValue => ({
    runId,
    number,
    finishedAt,
    ruleVersion,
  });
  const history: JsonValue = stored && {
    first: auditJson(stored.firstAudit),
    last: auditJson(stored.lastAudit),
    open: stored.isOpen,
  };
  const members = [
    `"command":"audit show"`,
    `"stored":${jsonText(history)}`,
    `"finding":${finding.body}`,
    `"readings":${jsonText(readingsOf(proof))}`,
    `"raw":${JSON.stringify(raw)}`,
  ];
  return `{${members.join(",")}}`;
}

function historyLine({ stored }: FindingProof): string {
  if (stored === null) return "Not stored: found by a new audit.";
  const until = stored.isOpen ? "still open in" : "fixed since; last in";
  return `First found by audit ${auditName(stored.firstAudit)}, ${until} audit ${auditName(stored.lastAudit)}.`;
}

const own = ({ ownXp, evidence }: BundledProof): string =>
  `Own XP: ${ownXp === null || ownXp === undefined ? "not known" : (evidence.ownArithmetic ?? numberToken(ownXp))} (${evidence.ownFrom}).`;

function bundledLines(proof: FindingProof): string[] {
  if (proof.finding.kind !== "bundled-xp") return [];
  const known = bundledProof(proof.finding);
  const readings = readingsOf(proof);
  const { calibration, readings: all } = JSON.parse(proof.finding.body).evidence;
  const more = all > readings.length ? [`  and ${all - readings.length} more`] : [];
  return [
    "",
    own(known),
    calibrationLine(calibration),
    ...(readings.length === 0
      ? []
      : ["", "Every possible sum, the claimed one first:", ...readings.map((one) => `  ${one}`), ...more]),
  ];
}

const xpOf = (xp: string | null): string => (xp === null ? "no XP" : `${numberToken(xp)} XP`);

function readingLine({
  version,
  xp,
  modified,
  scoreDate,
  completedAt,
  xpReason,
  status,
  vanished,
}: ResultReading): string {
  const said = [
    xpOf(xp),
    ...(xpReason === null ? [] : [xpReason]),
    `score date ${scoreDate}`,
    ...(completedAt === null ? [] : [`completed ${completedAt}`]),
    ...(status === null ? [] : [status]),
    ...(vanished ? ["gone from the source"] : []),
  ];
  return `    ${version}. ${modified ?? "no date"}: ${said.join(", ")}`;
}

const resultLines = (raw: RawRows, { sourcedId, activityId, readings }: RawResult): string[] => [
  `  ${sourcedId} (${nameOf(raw, sourcedId).title}; activity ${activityId})`,
  ...readings.map(readingLine),
];

const factLine = ({ factKey, date, xpEarned, xpSource, linkRule, sources }: RawFact): string =>
  `  ${date} ${factKey}: ${xpOf(xpEarned)}${xpSource === null ? "" : ` from the ${xpSource}`}${linkRule === null ? "" : `, linked by ${linkRule}`}; made of ${sources.join(", ")}`;

const eventLines = ({ eventId, landedRun, payload }: RawEvent): string[] => [
  `  ${eventId}, landed by run ${landedRun}:`,
  `  ${payload}`,
];

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["", title, ...lines];

/** For people: the claim, its arithmetic, and every row that it is based on. */
export function proofLines(proof: FindingProof): string[] {
  const { finding, raw } = proof;
  const { id, kind, verdict, studentId, email, date, app, summary, counted, truth, inflation, pending } = finding;
  return [
    `${verdict} ${kind}, finding ${id}${pending ? "; pending: nothing is counted twice yet" : ""}`,
    `${email === null ? studentId : `${email} (${studentId})`}, ${date ?? "no day"}, ${app ?? "no app"}`,
    historyLine(proof),
    "",
    summary,
    `${numberToken(counted)} XP counted, ${numberToken(truth)} true, over by ${numberToken(inflation)}.`,
    ...bundledLines(proof),
    ...section(
      "Results, with every version read:",
      raw.results.flatMap((result) => resultLines(raw, result)),
    ),
    ...section("Facts:", raw.facts.map(factLine)),
    ...section("Events as they arrived:", raw.events.flatMap(eventLines)),
  ].map(printable);
}
