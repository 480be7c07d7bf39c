import fc from "fast-check";

// Small pools: what matters happens where ids, keys and instants meet.

/** FC_SCALE makes worlds larger: slower to make small again, quicker to find the rare. */
export const SCALE = Number(process.env.FC_SCALE ?? 1);
const numbers = (count: number): number[] => Array.from({ length: count * SCALE }, (_, at) => at + 1);

export const STUDENTS = ["stu-1", "stu-2", "Stu-2", "stu 3"];
export const STRANGERS = ["stranger", "0b9d2c55-7a10-4c58-9a39-9f2f5f4f0001"];
/** A Cyrillic а is another person; an email may look like an id. */
export const EMAILS = [
  "ada@x.example",
  " ADA@X.Example ",
  "bo+m@x.example",
  "\u0430da@x.example",
  "zoe@x.example",
  "stu-1",
];
export const KEYS = ["res_alpha", "abcd", "abc", "b\u00fccher", "unit1-unit1", "a.*b", "res_alpha-2"];
/** In some a key stands between delimiters, in others it is a part of a word. */
export const LINE_ITEMS = [
  ...KEYS.flatMap((key) => [key, `${key}_ali`]),
  ...["xabcd-abcdy", "lesson-abcd_7", "lesson.res_alpha-2", "xunit1-unit1-unit1", "pre\u00e9abcd", "abcd_ali_ali"],
];
export const PLACES = ["li-1", "li-2"];
export const COMPONENT_RESOURCES = ["cr-1", "cr-2", "abcd"];
export const EVENT_IDS = numbers(9).map((n) => `9e3779b1-${String(n).padStart(4, "0")}-4000-8000-00000000000${n % 3}`);
export const RESULT_IDS = [...numbers(15).map((n) => `ar-${n}`), "AR-6", "ar_7", "\u00e9-8"];
export const XP = [
  "0",
  "0",
  "5",
  "3",
  "-1.5",
  "2.39",
  "2.385",
  "-0.005",
  "0.004",
  "9.0",
  "1e1",
  "0.1234567890123456789",
];

const SECOND = 1_000_000;
const HOUR = 3600 * SECOND;
export const DAY = 24 * HOUR;
/** An hour before midnight in Chicago, the night before its clocks change. */
const LATE = Date.parse("2025-03-09T05:00:00Z") * 1000;
const CLOSE = [
  0,
  0,
  0,
  0,
  0,
  0,
  1000,
  -1000,
  500,
  -500,
  1,
  60 * SECOND,
  60 * SECOND + 1,
  -60 * SECOND,
  60 * SECOND + 1000,
];
const FAR = [
  HOUR,
  -HOUR,
  6 * HOUR,
  DAY,
  DAY + 1,
  DAY + 1000,
  DAY - 1000,
  -DAY,
  -DAY - 1000,
  -DAY + 1000,
  2 * DAY,
  DAY + HOUR,
];

export const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
/** One in six is `rare`. */
export const rarely = <T, U>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof({ arbitrary: usual, weight: 5 }, { arbitrary: rare, weight: 1 });
/** One in twelve is `odd`: a group in which most differ is none. */
export const seldom = <T, U>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof({ arbitrary: usual, weight: 11 }, { arbitrary: odd, weight: 1 });

/** An instant in microseconds, at or just beside one of the borders of the rules. */
export const at = fc
  .oneof({ arbitrary: oneOf(...CLOSE), weight: 3 }, { arbitrary: oneOf(...FAR), weight: 1 })
  .map((offset) => LATE + offset);
