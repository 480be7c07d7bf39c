import { z } from "zod";
import { Fault, found } from "./fault.js";
import { ExactNumber, isJsonObject } from "./json.js";
import type { TimebackEventType } from "./vocabulary.js";

/** A JSON number: a double, or the digits of one that a double would not keep. */
export type JsonNumber = number | ExactNumber;

const text = z.string().nullish();
const number = z.custom<JsonNumber>((value) => typeof value === "number" || value instanceof ExactNumber, "a number");

/** In Caliper an IRI may replace any entity. */
const entity = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => z.union([z.object(shape), z.string()]);

/** Only the fields that facts use; the others stay in the payload. */
const eventWith = (action: string) =>
  z.object({
    action: z.literal(action).nullish(),
    actor: entity({ id: text, email: text }).nullish(),
    eventTime: z.string(),
    object: entity({
      id: text,
      subject: text,
      app: entity({ name: text }).nullish(),
      course: entity({ id: text, name: text }).nullish(),
      activity: entity({ id: text, name: text }).nullish(),
    }),
    generated: entity({
      attempt: number.nullish(),
      items: z.array(z.object({ type: z.string().min(1), value: number })).nullish(),
    }).nullish(),
    extensions: z.unknown().optional(),
  });

const SCHEMAS = { ActivityEvent: eventWith("Completed"), TimeSpentEvent: eventWith("SpentTime") };

/** A Timeback event of valid shape; ids, instants and amounts are still raw. */
export type TimebackEvent = z.infer<(typeof SCHEMAS)[TimebackEventType]>;

/** Checks the shape; returns the first fault, with its path and the value found. */
export function checkShape(record: Record<string, unknown>, type: TimebackEventType): TimebackEvent | Fault {
  const result = SCHEMAS[type].safeParse(record);
  const issue = result.success ? strayNumber(record) : result.error.issues[0];
  if (result.success && issue === undefined) return result.data;
  return issue === undefined ? new Fault("schema", "malformed") : faultOf(issue, record, []);
}

type Issue = Pick<z.core.$ZodIssue, "path"> & Partial<z.core.$ZodIssue>;

const ENTITIES = [
  ["actor"],
  ["object"],
  ["object", "app"],
  ["object", "course"],
  ["object", "activity"],
  ["generated"],
];

/** To zod an ExactNumber is an object, so it would pass as an empty entity; in JSON it is a number. */
function strayNumber(record: Record<string, unknown>): Issue | undefined {
  const path = ENTITIES.find((place) => valueAt(record, place) instanceof ExactNumber);
  return path && { path, code: "invalid_union" };
}

function faultOf(issue: Issue, record: unknown, above: PropertyKey[]): Fault {
  const path = [...above, ...issue.path];
  const value = valueAt(record, path);
  // For "object or IRI", report what is wrong inside the object.
  const inside = issue.code === "invalid_union" && isJsonObject(value) ? issue.errors?.[0]?.[0] : undefined;
  if (inside !== undefined) return faultOf(inside, record, path);
  return new Fault(codeOf(path), `${pathText(path)}: expected ${expectedBy(issue)}, found ${found(value)}`);
}

function codeOf(path: PropertyKey[]): string {
  if (path[0] === "eventTime") return "bad-time";
  return path[1] === "items" && path.length > 2 ? "bad-metric" : "schema";
}

const WORDS: Record<string, string> = { string: "text", array: "a list", object: "an object" };

function expectedBy(issue: Issue): string {
  if (issue.code === "invalid_type") return WORDS[issue.expected ?? ""] ?? String(issue.expected);
  if (issue.code === "invalid_value") return `"${issue.values?.join('" or "')}"`;
  if (issue.code === "invalid_union") return "an object or an IRI";
  return issue.code === "too_small" ? "text that is not empty" : String(issue.message);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(
    (at: unknown, key) => (typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
}

/** Reads `generated.items[1].value`. */
function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`),
    "",
  );
}
