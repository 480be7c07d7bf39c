import type { BundleClaim, Suspect } from "../../../domain/rules/bundling.js";
import type { NamedBank } from "../../../domain/rules/bundling-words.js";
import type { MultiplierTables } from "../../../domain/rules/own-xp.js";
import { sumOf, xpFromText } from "../../../domain/values/xp.js";
import type { BankColumns, SuspectRow } from "../../../store/audit/bundling/suspects.js";
import { completionOf } from "../calibration/app-counts.js";

/** A suspect with the rows that it was made from, and what the audit claims of it. */
export type EventSuspect = Suspect & { row: SuspectRow; banks: readonly NamedBank[] };
export type EventClaim = BundleClaim<EventSuspect>;

const banksOf = (columns: BankColumns | null) =>
  (columns?.ids ?? []).map((sourcedId, at) => ({
    sourcedId,
    xp: xpFromText(columns?.xps[at] ?? "0"),
    hosted: columns?.hosted[at] === true,
    at: columns?.ats[at] ?? null,
    activityId: columns?.activities[at] ?? null,
    title: columns?.titles[at] ?? null,
    base: xpFromText(columns?.bases[at] ?? "0"),
  }));

/** A suspect as the judge sees it. */
export function suspectOf(row: SuspectRow, tables: MultiplierTables): EventSuspect {
  const near = banksOf(row.near);
  const late = banksOf(row.late);
  return {
    eventId: row.eventId,
    app: row.app === "" ? null : row.app,
    xp: xpFromText(row.xp),
    completion: completionOf(row, tables),
    ownResultXp: (row.ownXps ?? []).flatMap((xp) => (xp === null ? [] : [xpFromText(xp)])),
    near,
    late,
    zeroBase: sumOf((row.zeroBases ?? []).map((base) => xpFromText(base ?? "0"))),
    row,
    banks: [...near, ...late],
  };
}

/** The claims about events that nobody has corrected. */
export const uncorrected = (claims: readonly EventClaim[]): EventClaim[] =>
  claims.filter(({ suspect }) => suspect.row.correction === null);

/** The results that a claim names, with whose they are. */
export const namedResults = ({ suspect, results }: EventClaim) =>
  results.map((sourcedId) => ({ studentId: suspect.row.studentId, eventId: suspect.eventId, sourcedId }));
