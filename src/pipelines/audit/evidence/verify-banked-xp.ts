import type { RawResult } from "../../../domain/findings/evidence-rows.js";
import type { AuditRules } from "../../../domain/rules/audit-rules.js";
import { bankWritesOf } from "../../../domain/rules/judging/bank-writes.js";
import { bankWindows } from "../../../domain/rules/judging/banked-xp.js";
import { instantText, type Micros } from "../../../domain/rules/judging/records.js";
import { xpFromText, xpText } from "../../../domain/values/xp.js";
import { type Comparison, latest, type RawLookup, type SuspectPart } from "./evidence-lookup.js";

/** In microseconds: files hold milliseconds, whereas verdicts compared microseconds. */
const SLACK = 1000;

type Window = keyof ReturnType<typeof bankWindows>;

const instantOf = (text: string): Micros => Date.parse(text) * 1000;

const isWithin = (rules: AuditRules, window: Window, at: string, events: readonly string[]): boolean => {
  const [from, to] = bankWindows(rules)[window];
  return events.some((event) => {
    const distance = instantOf(at) - instantOf(event);
    return distance >= from - SLACK && distance <= to + SLACK;
  });
};

const microsOrNull = (text: string | null): Micros | null => (text === null ? null : instantOf(text));

const isActive = ({ status, vanished }: RawResult["readings"][number]): boolean =>
  !vanished && (status ?? "active").toLowerCase() === "active";

/** The bank writes that the raw readings of a result show, of an activity that the suspect calls passive. */
const writesOf = ({ readings, ofDay }: RawResult) =>
  bankWritesOf(
    readings.filter(isActive).map(({ xp, xpSince, completedAt, scoreDate, xpReason }) => ({
      xp: xp === null ? null : xpFromText(xp),
      xpSince: microsOrNull(xpSince),
      completedAt: microsOrNull(completedAt),
      scoredAt: ofDay ? null : instantOf(scoreDate),
      reason: xpReason,
    })),
    true,
  );

const same = (one: string | null, other: string | null): boolean =>
  one === null || other === null ? one === other : xpFromText(one) === xpFromText(other);

/** Equal amounts get equal text. */
const amounts = (name: string, judged: string | null, raw: string | null): Comparison => [
  name,
  judged,
  same(judged, raw) ? judged : raw,
];

type Banks = NonNullable<SuspectPart["near"]>;

function bankComparisons(banks: Banks, at: number, result: RawResult, raw: RawLookup): Comparison[] {
  const resource = raw.resource(result.activityId);
  const time = instantText(instantOf(banks.ats[at] ?? ""));
  const write = writesOf(result).find(({ at, touchedAt }) =>
    [at, touchedAt].some((instant) => instant !== null && instantText(instant) === time),
  );
  return [
    ["banked", true, write !== undefined],
    amounts("xp", banks.xps[at] ?? null, write === undefined ? null : xpText(write.xp)),
    ["activity", banks.activities[at], result.activityId],
    ["title", banks.titles[at] ?? null, resource?.title ?? null],
    amounts("base", banks.bases[at] ?? null, resource?.xp ?? null),
  ];
}

const windowOf = (banks: Banks, at: number, isLate: boolean): Window => {
  if (isLate) return "late";
  return banks.hosted[at] ? "hosted" : "near";
};

const describe = (id: string, [name, judged, said]: Comparison): string =>
  `judged: ${name} of result ${id} is ${JSON.stringify(judged)}, the raw rows say ${JSON.stringify(said)}`;

function banksDisagreement(banks: Banks, isLate: boolean, instants: readonly string[], raw: RawLookup): string | null {
  for (const [at, id] of banks.ids.entries()) {
    const result = raw.result(id);
    if (result === undefined) return `raw.results: no result ${id}`;
    const window = windowOf(banks, at, isLate);
    const inWindow: Comparison = [
      "window",
      window,
      isWithin(raw.rules, window, banks.ats[at] ?? "", instants) ? window : "outside of it",
    ];
    const differing = [...bankComparisons(banks, at, result, raw), inWindow].find(
      ([, judged, said]) => judged !== said,
    );
    if (differing) return describe(id, differing);
  }
  return null;
}

function zerosDisagreement(
  { zeroIds, zeroBases }: SuspectPart,
  instants: readonly string[],
  raw: RawLookup,
): string | null {
  for (const [at, id] of (zeroIds ?? []).entries()) {
    const result = raw.result(id);
    const now = latest(result);
    if (result === undefined || now === undefined) return `raw.results: no result ${id}`;
    const comparisons = [
      amounts("xp", "0", now.xp ?? "0"),
      amounts("base", zeroBases?.[at] ?? null, raw.resource(result.activityId)?.xp ?? null),
      ["window", true, isWithin(raw.rules, "zero", now.scoreDate, instants)] satisfies Comparison,
    ];
    const differing = comparisons.find(([, judged, said]) => judged !== said);
    if (differing) return describe(id, differing);
  }
  return null;
}

/** Describes the first difference between the raw rows and a suspect's bank writes or zero results; null if there is none. */
export function bankDisagreement(suspect: SuspectPart, raw: RawLookup): string | null {
  const instants = [suspect.eventId, ...suspect.twins].flatMap((id) => raw.event(id)?.occurredAt ?? []);
  return (
    (suspect.near && banksDisagreement(suspect.near, false, instants, raw)) ??
    (suspect.late && banksDisagreement(suspect.late, true, instants, raw)) ??
    zerosDisagreement(suspect, instants, raw)
  );
}
