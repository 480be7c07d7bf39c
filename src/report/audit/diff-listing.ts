import {
  type ComparedFinding,
  FINDING_STATES,
  type FindingState,
  type StoredAudit,
} from "../../domain/findings/stored-audit.js";
import type { JsonValue } from "../../domain/values/json-text.js";
import { xpNumber } from "../../domain/values/json-text.js";
import { type Field, number, numberToken, text } from "../formats/fields.js";
import type { Listing } from "../formats/listing.js";
import { findingColumns, findingFields } from "./finding-listing.js";

/** How many findings are new, fixed and still open. */
export type StateCounts = Readonly<Record<FindingState, number>>;

const OWN: readonly Field<ComparedFinding>[] = [text("state"), text("formerVerdict"), number("formerInflation")];

const auditJson = ({
  runId,
  number: n,
  finishedAt,
  ruleVersion,
  inflationXp,
  ...verdicts
}: StoredAudit): JsonValue => ({
  runId,
  number: n,
  finishedAt,
  ruleVersion,
  ...verdicts,
  inflationXp: xpNumber(inflationXp),
});

/** The earlier audit's verdict and amount, if the later one differs. */
function formerly({ state, verdict, formerVerdict, inflation, formerInflation }: ComparedFinding): string {
  if (state !== "open") return state;
  const was = [
    ...(formerVerdict === verdict ? [] : [formerVerdict]),
    ...(formerInflation === inflation ? [] : [`over by ${numberToken(formerInflation)}`]),
  ];
  return was.length === 0 ? "still open" : `still open, was ${was.join(", ")}`;
}

/** The comparison of two audits as a list (docs/audit.md, "Findings that last"). */
export const diffListing = (
  audits: { former: StoredAudit; later: StoredAudit },
  counts: StateCounts,
  sharedEmails: ReadonlySet<string>,
): Listing<ComparedFinding> => ({
  head: {
    command: "audit diff",
    former: auditJson(audits.former),
    later: auditJson(audits.later),
    counts: Object.fromEntries(FINDING_STATES.map((state) => [state, counts[state]])),
  },
  rows: "findings",
  fields: [...OWN, ...findingFields()],
  object: (finding) =>
    `{${OWN.map((field) => `${JSON.stringify(field.key)}:${field.json(finding)}`).join(",")},${finding.body.slice(1)}`,
  columns: [{ title: "since then", cell: formerly }, ...findingColumns(sharedEmails)],
});

/** An audit by short run id and date. */
export const auditName = ({ runId, finishedAt }: StoredAudit): string => `${runId.slice(0, 8)} (${finishedAt})`;

/** `1 new, 2 fixed, 40 still open since audit ...`, and a warning where the rules of the two differ. */
export function diffSummary(
  { former, later }: { former: StoredAudit; later: StoredAudit },
  counts: StateCounts,
): string[] {
  const rules =
    former.ruleVersion === later.ruleVersion
      ? []
      : [
          `the rules changed in between (${former.ruleVersion} -> ${later.ruleVersion}), which may explain findings that are new or fixed`,
        ];
  return [
    `${counts.new} new, ${counts.fixed} fixed, ${counts.open} still open in audit ${auditName(later)} since ${auditName(former)}`,
    ...rules,
  ];
}
