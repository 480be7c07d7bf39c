import { parse, stringify } from "lossless-json";
import { FINDING_MEMBERS } from "../../domain/findings/finding.js";
import type { ListedFinding } from "../../domain/findings/listed-finding.js";
import type { CellText, Field } from "../formats/fields.js";
import type { Column } from "../formats/table.js";

type Members = Readonly<Record<string, unknown>>;

/** All members of a finding, numbers exact (`LosslessNumber`). */
export const membersOf = ({ body }: ListedFinding): Members => parse(body) as Members;

const cell = (value: unknown, written: CellText): string => {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? written(value) : (stringify(value) ?? "");
};

/** Members of all kinds, then those of some kinds, then the proof. */
const MEMBERS = [
  ...Object.keys(FINDING_MEMBERS),
  "eventId",
  "eventXp",
  "ownXp",
  "excessXp",
  "results",
  "alternatives",
  "rule",
  "sources",
  "factKeys",
  "evidence",
];

/** CSV columns of a finding; empty if its kind lacks the member. Each finding is parsed once. */
export function findingFields(): readonly Field<ListedFinding>[] {
  let last: { finding: ListedFinding; members: Members } | undefined;
  const memberOf = (finding: ListedFinding, key: string): unknown => {
    if (last?.finding !== finding) last = { finding, members: membersOf(finding) };
    return last.members[key];
  };
  return MEMBERS.map((key) => ({
    key,
    json: (finding) => stringify(memberOf(finding, key)) ?? "null",
    csv: (finding, written) => cell(memberOf(finding, key), written),
  }));
}

/** The student: by email, with the id if the email is shared or missing. */
export function whoIs({ email, studentId }: ListedFinding, sharedEmails: ReadonlySet<string>): string {
  if (email === null) return studentId;
  return sharedEmails.has(email) ? `${email} (${studentId})` : email;
}

/** Counted and true XP; says so if nothing is counted twice yet. */
const amountsOf = ({ counted, truth }: ListedFinding): string =>
  counted === truth ? counted : `${counted} -> ${truth}`;

/** A short set of columns; the rest is for programs. */
export const findingColumns = (sharedEmails: ReadonlySet<string>): readonly Column<ListedFinding>[] => [
  { title: "verdict", cell: ({ verdict, pending }) => (pending ? `${verdict}, pending` : verdict) },
  { title: "kind", cell: ({ kind }) => kind },
  { title: "student", cell: (finding) => whoIs(finding, sharedEmails) },
  { title: "date", cell: ({ date }) => date ?? "-" },
  { title: "app", cell: ({ app }) => app ?? "-" },
  { title: "XP", align: "right", cell: amountsOf },
  { title: "over by", align: "right", cell: ({ inflation }) => inflation },
  { title: "why", cell: ({ summary }) => summary },
];
