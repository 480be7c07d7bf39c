import { CHECKS, type CheckedFile, type CheckFinding, MOST_LISTED } from "../../domain/findings/check-finding.js";
import { VERDICTS, type Verdict } from "../../domain/findings/finding.js";
import type { Calibration } from "../../domain/rules/calibration.js";
import type { JsonValue } from "../../domain/values/json-text.js";
import { printable } from "../../domain/values/printable.js";
import { type Field, number, text } from "../formats/fields.js";
import type { Column } from "../formats/table.js";
import { calibrationLine } from "./calibration-line.js";

/** What a check reports besides its findings. */
export interface CheckAnswer {
  files: readonly CheckedFile[];
  students: readonly string[];
  findings: readonly CheckFinding[];
  calibrations: readonly Calibration[];
  /** The evidence given. */
  evidence: { results: boolean; resources: boolean };
}

/** The members of a finding, in order. */
export const checkFields: readonly Field<CheckFinding>[] = [
  text("file"),
  { key: "line", json: ({ line }) => String(line), csv: ({ line }) => String(line) },
  text("check"),
  text("verdict"),
  text("code"),
  text("reason"),
  text("eventId"),
  text("studentId"),
  number("xp"),
  text("arithmetic"),
];

/** An address that an editor can jump to: `events.ndjson:17`. */
const addressOf = ({ file, line }: Pick<CheckFinding, "file" | "line">): string => `${file}:${line}`;

const whyOf = ({ arithmetic, reason }: CheckFinding): string =>
  arithmetic === null ? reason : `${arithmetic}; ${reason}`;

/** Where, how sure, what, whose, and why. */
export const checkColumns: readonly Column<CheckFinding>[] = [
  { title: "address", cell: addressOf },
  { title: "verdict", cell: ({ verdict }) => verdict },
  { title: "check", cell: ({ check }) => check },
  { title: "code", cell: ({ code }) => code },
  { title: "student", cell: ({ studentId }) => studentId ?? "-" },
  { title: "XP", align: "right", cell: ({ xp }) => xp ?? "-" },
  { title: "why", cell: whyOf },
];

/** `events.ndjson:17: 9 = 3 own + 5 (a video) + 1 (an article); ...`. */
export const checkSummary = (finding: CheckFinding): string =>
  `${addressOf(finding)}: ${finding.eventId === null ? "" : `event ${finding.eventId}: `}${whyOf(finding)}`;

/** Number of findings by verdict. */
export function verdictsOf(findings: readonly CheckFinding[]): Record<Verdict, number> {
  const counts = { confirmed: 0, probable: 0, suspected: 0 };
  for (const { verdict } of findings) counts[verdict] += 1;
  return counts;
}

const sum = (files: readonly CheckedFile[], of: (file: CheckedFile) => number): number =>
  files.reduce((all, file) => all + of(file), 0);

/** The members of the `json` answer before its findings (docs/contracts.md, "Output"). */
export function checkHead({
  files,
  students,
  findings,
  calibrations,
  evidence,
}: CheckAnswer): Readonly<Record<string, JsonValue>> {
  const byCheck = CHECKS.map((check) => [check, findings.filter((finding) => finding.check === check).length] as const);
  return {
    command: "check",
    evidence,
    files: files.map((file) => ({ ...file })),
    totals: { students: students.length, ...verdictsOf(findings), byCheck: Object.fromEntries(byCheck) },
    calibration: calibrations.map((calibration) => ({ ...calibration })),
  };
}

/** `3 findings (2 confirmed, 1 suspected) in 120 records of 4 students`. */
export function checkLine({ files, students, findings }: CheckAnswer): string {
  const verdicts = verdictsOf(findings);
  const sure = VERDICTS.filter((verdict) => verdicts[verdict] > 0).map((verdict) => `${verdicts[verdict]} ${verdict}`);
  const found = `${findings.length} findings${sure.length === 0 ? "" : ` (${sure.join(", ")})`}`;
  return `${found} in ${sum(files, ({ records }) => records)} records of ${students.length} students`;
}

/** Says which rejected records are counted but not listed. */
export const unlisted = ({ files }: Pick<CheckAnswer, "files">): string[] =>
  files
    .filter(({ rejected }) => rejected > MOST_LISTED)
    .map(({ file, rejected }) => `${file}: ${rejected} records were rejected; the first ${MOST_LISTED} are listed`);

/** What could not be checked without evidence. */
export function notShown({ evidence: { results, resources } }: Pick<CheckAnswer, "evidence">): string[] {
  if (!resources && !results) return ["bundled XP was not checked: give --resources, and --results if you have them"];
  if (!resources) return ["without --resources, only an exercise's own result can show bundled XP"];
  return results
    ? []
    : ["without --results, bundled XP shows only where the videos and articles have events of their own"];
}

/** The lines after the table, or in its place if there are no findings. */
export const checkFooter = (answer: CheckAnswer): string[] => [
  ...(answer.findings.length > 0 ? [""] : []),
  checkLine(answer),
  ...notShown(answer),
  ...answer.calibrations.map((calibration) => printable(calibrationLine(calibration))),
];
