import { bankKey } from "../../../domain/rules/banked-sums.js";
import type { BundleClaim } from "../../../domain/rules/bundling.js";
import type { NamedBank } from "../../../domain/rules/bundling-words.js";
import { instantText } from "../../../domain/rules/judging/records.js";
import type { EventSuspect } from "../../../domain/rules/judging/suspects.js";
import type { AccuracyBand, MultiplierTables } from "../../../domain/rules/own-xp.js";
import { multiplierFromText } from "../../../domain/rules/own-xp.js";
import type { Suspect } from "../../../domain/rules/suspect.js";
import { sumOf, type Xp, xpFromText, xpText } from "../../../domain/values/xp.js";
import type { SuspectDetails } from "../../../store/audit/bundling/suspect-details.js";

/** Banked results in columns, nearest first; null where there are none. Amounts are decimal text, instants ISO text. */
export interface BankColumns {
  ids: string[];
  xps: string[];
  ats: string[];
  hosted: boolean[];
  activities: string[];
  titles: (string | null)[];
  bases: (string | null)[];
}

/** A suspect event with everything that its verdict depends on, as stored in evidence files. Amounts are decimal text. */
export interface SuspectRow extends SuspectDetails {
  eventId: string;
  studentId: string;
  /** Empty where the event names none. */
  app: string;
  /** ISO text with milliseconds. */
  occurredAt: string;
  xp: string;
  base: string | null;
  band: AccuracyBand;
  /** Counted from 1. */
  attempt: number;
  multiplier: string | null;
  activityId: string | null;
  courseId: string | null;
  twins: string[];
  ownIds: string[] | null;
  ownXps: (string | null)[] | null;
  near: BankColumns | null;
  late: BankColumns | null;
  /** Passive results at 0 since the last exercise. */
  zeroIds: string[] | null;
  zeroBases: (string | null)[] | null;
  /** What the sender took back of it by later events: their ids and amounts. */
  compensations: { eventId: string; xp: string }[];
  /** Whether the base is what the activity paid at the time of the event, and not only what it pays since. */
  baseKnown: boolean;
  /** What the app multiplied own XP by on that day, as other students' quiet events show. */
  multiples: string[];
}

/** A suspect with the row that it was made from, and what the audit claims of it. */
export type RowSuspect = Suspect & { row: SuspectRow; banks: readonly NamedBank[] };
export type EventClaim = BundleClaim<RowSuspect>;

const textOrNull = (xp: Xp | null): string | null => (xp === null ? null : xpText(xp));
const listOrNull = <T>(list: readonly T[]): T[] | null => (list.length === 0 ? null : [...list]);

function columnsOf(banks: EventSuspect["near"]): BankColumns | null {
  if (banks.length === 0) return null;
  return {
    ids: banks.map(({ sourcedId }) => sourcedId),
    xps: banks.map(({ xp }) => xpText(xp)),
    ats: banks.map(({ time }) => instantText(time)),
    hosted: banks.map(({ hosted }) => hosted),
    activities: banks.map(({ activityId }) => activityId ?? ""),
    titles: banks.map(({ title }) => title),
    bases: banks.map(({ base }) => textOrNull(base)),
  };
}

/** A suspect of the landed records as a row; the order of its members is that of evidence files. */
export function rowOf(suspect: EventSuspect, multiples: readonly bigint[], details: SuspectDetails): SuspectRow {
  const { exercise, completion, near, late, zeros } = suspect;
  const { event, activityKey, ownResults, twins } = exercise;
  return {
    eventId: suspect.eventId,
    studentId: suspect.student,
    email: details.email,
    app: event.app,
    occurredAt: instantText(event.at),
    date: details.date,
    xp: xpText(suspect.xp),
    base: textOrNull(completion.base),
    band: completion.band,
    attempt: completion.attempt,
    multiplier: textOrNull(completion.multiplier),
    activityId: activityKey,
    activityName: details.activityName,
    courseId: event.courseId,
    totalQuestions: details.totalQuestions,
    correctQuestions: details.correctQuestions,
    twins: twins.map(({ eventId }) => eventId).sort(),
    ownIds: listOrNull(ownResults.map(({ sourcedId }) => sourcedId)),
    ownXps: listOrNull(ownResults.map(({ xp }) => textOrNull(xp))),
    near: columnsOf(near),
    late: columnsOf(late),
    zeroIds: listOrNull(zeros.map(({ sourcedId }) => sourcedId)),
    zeroBases: listOrNull(zeros.map(({ base }) => textOrNull(base))),
    compensations: suspect.compensations.map(({ eventId, xp }) => ({ eventId, xp: xpText(xp) })),
    baseKnown: suspect.isBaseKnown,
    multiples: multiples.map(xpText),
    counted: details.counted,
    correction: details.correction,
  };
}

const xpOrNull = (text: string | null | undefined): Xp | null => (text == null ? null : xpFromText(text));

const banksOf = (columns: BankColumns | null): NamedBank[] =>
  (columns?.ids ?? []).map((sourcedId, at) => {
    const time = Date.parse(columns?.ats[at] ?? "") * 1000;
    return {
      key: bankKey(sourcedId, time),
      sourcedId,
      xp: xpFromText(columns?.xps[at] ?? "0"),
      hosted: columns?.hosted[at] === true,
      time,
      activityId: columns?.activities[at] ?? null,
      title: columns?.titles[at] ?? null,
      base: xpOrNull(columns?.bases[at]),
    };
  });

/** Rebuilds the suspect from a row, which holds all that a verdict needs. */
export function suspectOf(row: SuspectRow, tables: MultiplierTables): RowSuspect {
  const near = banksOf(row.near);
  const late = banksOf(row.late);
  const { band, attempt, multiplier } = row;
  return {
    eventId: row.eventId,
    app: row.app === "" ? null : row.app,
    xp: xpFromText(row.xp),
    completion: {
      base: xpOrNull(row.base),
      band,
      attempt,
      multiplier: multiplier === null ? null : multiplierFromText(multiplier),
      tables,
    },
    ownResultXp: (row.ownXps ?? []).flatMap((xp) => (xp === null ? [] : [xpFromText(xp)])),
    near,
    late,
    zeroBase: sumOf((row.zeroBases ?? []).map((base) => xpFromText(base ?? "0"))),
    compensations: row.compensations.map(({ eventId, xp }) => ({ eventId, xp: xpFromText(xp) })),
    isBaseKnown: row.baseKnown,
    multiples: row.multiples.map(xpFromText),
    row,
    banks: [...near, ...late],
  };
}

/** Claims about events without a live correction. */
export const uncorrected = (claims: readonly EventClaim[]): EventClaim[] =>
  claims.filter(({ suspect }) => suspect.row.correction === null);

/** The results that a claim names, each with its event and student. */
export const namedResults = ({ suspect, results }: EventClaim) =>
  results.map((sourcedId) => ({ studentId: suspect.row.studentId, eventId: suspect.eventId, sourcedId }));
