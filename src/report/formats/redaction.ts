import { isLosslessNumber, parse, stringify } from "lossless-json";
import { type KnownPeople, namesIn, Pseudonyms } from "../../domain/values/pseudonyms.js";

/** Applied to all output: identity, or replacement of people by pseudonyms. */
export type Hide = <T>(value: T) => T;

const HIDDEN = "(hidden)";

/** Members that identify people, at any depth. */
const STUDENTS = new Set(["studentId", "actorId", "usersWithEmail"]);
const EMAILS = new Set(["email", "actorEmail"]);
const PERSONS = new Set(["madeBy", "retiredBy", "osUser"]);
/** Members that hold raw records. */
const RECORDS = new Set(["excerpt", "record", "payload", "metadata"]);
/** Members with values from records, whose numbers matter. */
const CONTENTS = new Set(["kept", "other"]);
const NUMBER_OR_INSTANT = /^[\d.:TZ+ -]*$/;
/** Values of the record that a reason quotes. */
const QUOTED = /".*"|(?<=\bsourced_id )\S+/gs;

type Text = (text: string) => string;

/**
 * Replaces emails, student ids and the names in them by pseudonyms, at any depth, and hides the content of rejected or conflicting
 * records. The shape of values and all numbers are kept. docs/reading.md, "Redacted".
 */
export function redaction(people: KnownPeople): Hide {
  const pseudonyms = new Pseudonyms(people);
  return <T>(value: T): T => {
    const names = new Set<string>();
    mapped(value, "", (text, key) => {
      if (STUDENTS.has(key) || EMAILS.has(key)) for (const name of namesIn(text)) names.add(name);
      return text;
    });
    return mapped(value, "", (text, key) => memberText(pseudonyms, names, text, key)) as T;
  };
}

function memberText(pseudonyms: Pseudonyms, names: ReadonlySet<string>, text: string, key: string): string {
  const free: Text = (plain) => pseudonyms.text(plain, names);
  const byKey: [ReadonlySet<string>, Text][] = [
    [STUDENTS, (id) => (id.includes("@") ? free(id) : pseudonyms.student(id))],
    [EMAILS, (email) => pseudonyms.email(email)],
    [PERSONS, (name) => pseudonyms.person(name)],
    [new Set([FINDING_ID]), (id) => pseudonyms.findingId(id)],
    [RECORDS, () => HIDDEN],
    [CONTENTS, (content) => (NUMBER_OR_INSTANT.test(content) ? content : HIDDEN)],
  ];
  const own = byKey.find(([keys]) => keys.has(key))?.[1];
  if (own) return own(text);
  return free(key === "reason" ? text.replace(QUOTED, HIDDEN) : text);
}

/** In lists a finding's JSON is text in `body`. */
const isBody = (key: string, value: unknown): value is string => key === "body" && typeof value === "string";

const FINDING_ID = "findingId";

/** Members of logged runs that are JSON text. */
const OF_RUNS = new Set(["summary", "counts"]);

/** The kind of a member whose name is ambiguous: a person's words about a correction, the id of a finding. */
function keyIn(holder: object, member: string): string {
  if (OF_RUNS.has(member) && "osUser" in holder) return "body";
  if (member === "reason" && "madeBy" in holder) return "record";
  return member === "id" && "kind" in holder && "verdict" in holder ? FINDING_ID : member;
}

/** The kind of a command-line word: a person or a person's words, after the options that take them. */
function wordKey(words: readonly unknown[], at: number): string {
  const of = (option: string) => words[at - 1] === option || String(words[at]).startsWith(`${option}=`);
  if (of("--reason")) return "record";
  return of("--by") ? "madeBy" : "";
}

function mapped(value: unknown, key: string, write: (text: string, key: string) => string): unknown {
  if (isBody(key, value)) return stringify(mapped(parse(value), "", write));
  if (typeof value === "string") return write(value, key);
  if (typeof value !== "object" || value === null || isLosslessNumber(value)) return value;
  if (Array.isArray(value))
    return value.map((item, at) => mapped(item, key === "arguments" ? wordKey(value, at) : key, write));
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, held]) => [member, mapped(held, keyIn(value, member), write)]),
  );
}
