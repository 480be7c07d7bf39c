/** PostgreSQL's jsonb fails far below the depth that JSON.parse accepts. */
const DEEPEST = 500;
const LARGE_EXPONENT = /[eE][+-]?\d{4}/;
const LONG_NUMBER = /\d{10000}/;
const STRING = /"(?:[^"\\]|\\.)*"/gs;
const UNSTORABLE = /\0|\p{Cs}/u;

/** Why PostgreSQL cannot store a text as JSON; undefined if it can. Numbers are never rounded: the text itself is stored. */
export function jsonFault(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "is not JSON";
  }
  if (LARGE_EXPONENT.test(text) && LARGE_EXPONENT.test(text.replace(STRING, "")))
    return "holds a number that is out of range";
  if (LONG_NUMBER.test(text) && LONG_NUMBER.test(text.replace(STRING, "")))
    return "holds a number that is out of range";
  return memberFault(value, 0);
}

function memberFault(value: unknown, depth: number): string | undefined {
  if (typeof value === "string") return UNSTORABLE.test(value) ? "holds a character that cannot be stored" : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  if (depth === DEEPEST) return "is nested too deep";
  const members = Array.isArray(value) ? value : [...Object.keys(value), ...Object.values(value)];
  for (const member of members) {
    const fault = memberFault(member, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
