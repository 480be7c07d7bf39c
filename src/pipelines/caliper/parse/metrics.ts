import type { Metrics } from "../../../domain/values/caliper-event.js";
import { decimalText, isWithin } from "../../../domain/values/decimal.js";
import { Fault, found } from "./fault.js";
import { ExactNumber } from "./json.js";
import type { JsonNumber } from "./schema.js";
import type { TimebackEventType } from "./vocabulary.js";

interface Column {
  name: keyof Metrics;
  min: number;
  max: number;
}

const xp = (name: keyof Metrics): Column => ({ name, min: -1e9, max: 1e9 });
const count = (name: keyof Metrics): Column => ({ name, min: 0, max: 1e9 });
const seconds = (name: keyof Metrics): Column => ({ name, min: 0, max: 86_400 });

/** The column of each metric, by the event type that it belongs to. */
const COLUMNS: Record<TimebackEventType, ReadonlyMap<string, Column>> = {
  ActivityEvent: new Map([
    ["xpEarned", xp("xp")],
    ["totalQuestions", count("totalQuestions")],
    ["correctQuestions", count("correctQuestions")],
    ["masteredUnits", count("masteredUnits")],
  ]),
  TimeSpentEvent: new Map([
    ["active", seconds("active")],
    ["inactive", seconds("inactive")],
    ["waste", seconds("waste")],
    ["unknown", seconds("unknown")],
    ["anti-pattern", seconds("antiPattern")],
  ]),
};

const MAX_ATTEMPT = 1_000_000;

/** A metric as in the event. */
export interface Metric {
  type: string;
  value: JsonNumber;
}

/**
 * The metrics that belong to this type of event. Others (unknown ones, or of the other type) need only be numbers and unique; they
 * stay in the payload. A metric not reported is null, never 0.
 */
export function readMetrics(items: readonly Metric[], type: TimebackEventType): Metrics | Fault {
  const metrics = noMetrics();
  const seen = new Set<string>();
  for (const [index, { type: name, value }] of items.entries()) {
    const path = `generated.items[${index}]`;
    if (seen.has(name)) return new Fault("duplicate-metric", `${path}.type: ${found(name)} is a duplicate`);
    seen.add(name);
    const decimal = decimalText(tokenOf(value));
    if (decimal === null)
      return new Fault("bad-metric", `${path}.value: expected a finite number, found ${found(value)}`);
    const column = COLUMNS[type].get(name);
    if (column === undefined) continue;
    if (!isWithin(decimal, column.min, column.max)) return outOfRange(path, name, column, value);
    metrics[column.name] = decimal;
  }
  return metrics;
}

/** A whole number from 0 to 1,000,000; null if not reported. */
export function readAttempt(attempt: JsonNumber | null | undefined): number | null | Fault {
  if (attempt === null || attempt === undefined) return null;
  const decimal = decimalText(tokenOf(attempt));
  if (decimal !== null && !decimal.includes(".") && isWithin(decimal, 0, MAX_ATTEMPT)) return Number(decimal);
  return new Fault("schema", `generated.attempt: expected a whole number from 0 to 1000000, found ${found(attempt)}`);
}

const tokenOf = (value: JsonNumber): number | string => (value instanceof ExactNumber ? value.token : value);

const outOfRange = (path: string, name: string, { min, max }: Column, value: JsonNumber): Fault =>
  new Fault("out-of-range", `${path}.value: ${name} must be from ${min} to ${max}, found ${found(value)}`);

const noMetrics = (): Metrics => ({
  xp: null,
  totalQuestions: null,
  correctQuestions: null,
  masteredUnits: null,
  active: null,
  inactive: null,
  waste: null,
  unknown: null,
  antiPattern: null,
});
