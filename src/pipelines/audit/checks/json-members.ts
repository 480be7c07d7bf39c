import { parse } from "lossless-json";
import { ExactNumber, type JsonValue, jsonText } from "../../../domain/values/json-text.js";

/** The members of a landed event, each under its path (`generated.items.xpEarned`), as JSON text; numbers exact. */
export type Members = ReadonlyMap<string, string>;

/**
 * Flattens an event into its members. Equal numbers have equal text, however they are spelled; a metric is listed under its type, so
 * the order of metrics does not matter. The last of duplicate keys counts, as on landing.
 */
export function membersOf(payload: string): Members {
  const members = new Map<string, string>();
  const pending: [path: string, value: JsonValue][] = [["", parse(payload, null, EXACT) as JsonValue]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [path, value] = next;
    const inner = innerOf(value);
    if (inner === null) members.set(path, jsonText(value));
    else
      pending.push(
        ...inner.map(([key, member]): [string, JsonValue] => [path === "" ? key : `${path}.${key}`, member]),
      );
  }
  return members;
}

const EXACT = {
  parseNumber: (token: string) => new ExactNumber(token),
  onDuplicateKey: ({ newValue }: { newValue: unknown }) => newValue,
};

/** The members of a non-empty list or object; null for any other value. */
function innerOf(value: JsonValue): [string, JsonValue][] | null {
  if (typeof value !== "object" || value === null || value instanceof ExactNumber) return null;
  const inner = Array.isArray(value) ? value.map(member) : Object.entries(value as Record<string, JsonValue>);
  return inner.length === 0 ? null : inner;
}

function member(value: JsonValue, at: number): [string, JsonValue] {
  if (typeof value === "object" && value !== null && "type" in value && "value" in value)
    return [String(value.type), value.value];
  return [String(at), value];
}

/** A member in which two payloads differ; null where one lacks it. */
export interface MemberDifference {
  path: string;
  kept: string | null;
  other: string | null;
}

/** Every difference, by path. */
export function differencesOf(kept: Members, other: Members): MemberDifference[] {
  return [...new Set([...kept.keys(), ...other.keys()])]
    .sort((a, b) => (a < b ? -1 : Number(a > b)))
    .map((path) => ({ path, kept: kept.get(path) ?? null, other: other.get(path) ?? null }))
    .filter((difference) => difference.kept !== difference.other);
}
