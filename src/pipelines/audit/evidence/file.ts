import { createHash } from "node:crypto";
import { parse } from "lossless-json";
import { z } from "zod";
import { type AppCounts, COUNT_KINDS } from "../../../domain/rules/calibrate.js";
import { FORMULAS } from "../../../domain/rules/own-xp.js";
import { ExactNumber, type JsonValue, jsonText } from "../../../domain/values/json-text.js";
import { wordsOf } from "../../../errors.js";

const FORMAT = "timeback-evidence/1";

const FORMULA_NAMES = FORMULAS.map(({ table, rounding }) => `${table}/${rounding}`);

const text = z.string();
const orNull = z.string().nullable();
const texts = z.array(text);
const textsOrNull = z.array(orNull);
/** Numbers of events, by the exact set of formulas that explains them. */
const Counts = z.array(z.object({ formulas: z.array(z.enum(FORMULA_NAMES)), events: z.int() }));

const CountsOfKinds = Object.fromEntries(COUNT_KINDS.map((kind) => [kind, Counts.default([])])) as Record<
  keyof AppCounts,
  z.ZodDefault<typeof Counts>
>;

const Banks = z
  .object({
    ids: texts,
    xps: texts,
    ats: texts,
    hosted: z.array(z.boolean()),
    activities: texts,
    titles: textsOrNull,
    bases: textsOrNull,
  })
  .nullable();

const Suspect = z.object({
  eventId: text,
  studentId: text,
  email: orNull,
  app: text,
  occurredAt: text,
  date: text,
  xp: text,
  base: orNull,
  band: z.enum(["full", "pass", "fail"]).nullable(),
  attempt: z.int(),
  multiplier: orNull,
  activityId: orNull,
  activityName: orNull,
  courseId: orNull,
  totalQuestions: orNull,
  correctQuestions: orNull,
  twins: texts,
  ownIds: texts.nullable(),
  ownXps: textsOrNull.nullable(),
  near: Banks,
  late: Banks,
  zeroIds: texts.nullable(),
  zeroBases: textsOrNull.nullable(),
  compensations: z.array(z.object({ eventId: text, xp: text })).default([]),
  baseKnown: z.boolean().default(true),
  multiples: texts.default([]),
  counted: orNull,
  correction: z.object({ id: text, own: text, results: texts }).nullable(),
});

const Reading = z.object({
  version: z.int(),
  modified: orNull,
  status: orNull,
  vanished: z.boolean(),
  scoreDate: text,
  endedAt: orNull,
  completedAt: orNull,
  xp: orNull,
  xpSince: orNull,
  multiplier: orNull,
  attempt: z.int().nullable(),
  xpReason: orNull,
});

const Raw = z.object({
  events: z.array(z.object({ eventId: text, studentId: text, landedRun: text, payload: text })),
  results: z.array(
    z.object({
      sourcedId: text,
      studentId: text,
      lineItemId: text,
      activityId: text,
      linkable: z.boolean(),
      ofDay: z.boolean(),
      totalQuestions: orNull,
      correctQuestions: orNull,
      metadata: orNull,
      readings: z.array(Reading).min(1),
    }),
  ),
  resources: z.array(
    z.object({
      ...{ sourcedId: text, title: orNull, xp: orNull, activityType: orNull, resourceType: orNull },
      xpSince: orNull.default(null),
      earlier: z.array(z.object({ xp: orNull, since: orNull })).default([]),
    }),
  ),
  facts: z.array(
    z.object({
      factKey: text,
      date: text,
      app: orNull,
      xpEarned: orNull,
      xpSource: orNull,
      linkRule: orNull,
      sources: texts,
    }),
  ),
});

/** What an evidence file holds besides the finding. Amounts are decimal text. docs/evidence.md. */
const Evidence = z.object({
  format: z.literal(FORMAT),
  program: text,
  ruleVersion: text,
  settings: z.record(text, text),
  finding: z.looseObject({ id: text, verdict: text, eventId: text }),
  calibration: z.array(z.object({ app: text, ...CountsOfKinds })),
  judged: z.object({ suspects: z.array(Suspect), counted: texts }),
  raw: Raw,
});

export type Evidence = z.infer<typeof Evidence>;
type Parts = Omit<Evidence, "format" | "finding">;

/** The set of formulas with these names, and the names of a set. */
export const formulaSet = (names: readonly string[]): number =>
  names.reduce((set, name) => set | (1 << FORMULA_NAMES.indexOf(name)), 0);
export const formulaNames = (set: number): string[] => FORMULA_NAMES.filter((_, bit) => (set & (1 << bit)) !== 0);

const sorted = (value: JsonValue): JsonValue => {
  if (typeof value !== "object" || value === null || value instanceof ExactNumber) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]));
};

/** sha256 of the JSON on one line, members sorted by key, numbers in plain decimals. */
const hashOf = (value: JsonValue): string =>
  createHash("sha256")
    .update(jsonText(sorted(value)))
    .digest("hex");

type Members = Readonly<Record<string, JsonValue>>;

const exact = (json: string): JsonValue =>
  parse(json, null, { parseNumber: (token: string) => new ExactNumber(token) }) as JsonValue;

/** The hash of each member, and the fingerprint: the hash of those hashes. */
function hashesOf(members: Members): Record<string, string> {
  const parts = Object.fromEntries(Object.entries(members).map(([key, member]) => [key, hashOf(member)]));
  return { ...parts, fingerprint: hashOf(parts) };
}

/** The text of an evidence file. `finding` is the finding as JSON text. */
export function sealed(parts: Parts, finding: string): string {
  const { program, ruleVersion, settings, calibration, judged, raw } = parts;
  const rest = JSON.stringify({ settings, finding: null, calibration, judged, raw });
  const members = { format: FORMAT, program, ruleVersion, ...(exact(rest) as Members), finding: exact(finding) };
  const lines = Object.entries({ ...members, hashes: hashesOf(members) });
  return `{\n${lines.map(([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`).join(",\n")}\n}\n`;
}

/** A parsed evidence file: its content, the finding's exact text, and the fingerprint. */
export interface OpenedEvidence {
  evidence: Evidence;
  finding: string;
  fingerprint: string;
}

/** Describes the first fault in the form of a file. */
function formFault({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join(".") || "the file"}: ${issue?.message ?? "has another form"}`;
}

/** Names the first part whose hash does not match. */
function hashFault(found: Readonly<Record<string, string>>, hashes: JsonValue | undefined): string | null {
  const said = (hashes ?? {}) as Record<string, JsonValue>;
  const broken = [...new Set([...Object.keys(found), ...Object.keys(said)])].find((key) => said[key] !== found[key]);
  if (broken === undefined) return null;
  return `${broken}: its sha256 is ${found[broken] ?? "of nothing"}, the file says ${jsonText(said[broken] ?? null)}`;
}

/** Parses an evidence file and checks its form and hashes; returns a string if something is wrong with it. */
export function unsealed(file: string): OpenedEvidence | string {
  let members: JsonValue;
  try {
    members = exact(file);
  } catch (error) {
    return `the file is not JSON: ${wordsOf(error)}`;
  }
  const form = Evidence.safeParse(JSON.parse(file));
  if (!form.success) return formFault(form.error);
  const { hashes, finding = null, ...rest } = members as Members;
  const found = hashesOf({ ...rest, finding });
  const fault = hashFault(found, hashes);
  return fault ?? { evidence: form.data, finding: jsonText(finding), fingerprint: found.fingerprint ?? "" };
}
