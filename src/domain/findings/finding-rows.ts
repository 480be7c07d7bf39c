import { EVENT_PREFIX, RESULT_PREFIX } from "../values/source-keys.js";

/** Members with ids of events, and with ids of results, single or in lists. */
const EVENT_MEMBERS = ["eventId", "twins"];
const RESULT_MEMBERS = ["sourcedId", "alternatives"];

/** The landed rows that a finding names. */
export interface NamedRows {
  events: string[];
  results: string[];
}

/** Every string in a JSON value, with the name of its member. */
function* textsOf(key: string, value: unknown): Generator<[key: string, text: string]> {
  if (typeof value === "string") yield [key, value];
  if (typeof value !== "object" || value === null) return;
  const isList = Array.isArray(value);
  for (const [name, one] of Object.entries(value)) yield* textsOf(isList ? key : name, one);
}

const isUuid = (id: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);

/** The ids of landed rows in a finding's JSON text, in its particulars and its evidence. */
export function namedRows(body: string): NamedRows {
  const texts = [...textsOf("", JSON.parse(body))];
  const named = (members: readonly string[], prefix: string): string[] => {
    const ids = texts.flatMap(([key, text]) => {
      if (members.includes(key)) return text;
      return text.startsWith(prefix) ? text.slice(prefix.length) : [];
    });
    return [...new Set(ids)].sort();
  };
  return { events: named(EVENT_MEMBERS, EVENT_PREFIX).filter(isUuid), results: named(RESULT_MEMBERS, RESULT_PREFIX) };
}
