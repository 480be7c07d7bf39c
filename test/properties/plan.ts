import fc from "fast-check";

/** The way a world arrives: which events come first, and how everything is cut into runs. */
export interface Plan {
  /** Events arrive in the order of these weights. */
  order: readonly number[];
  steps: readonly Step[];
  /** What comes last is read last; all of the source is read once more at the end. */
  last: "events" | "source";
}

/** One run of the program. */
export type Step =
  | { run: "ingest"; take: number; again: number; form: "lines" | "envelope" | "list" }
  | { run: "etl"; mutations: number; full: boolean; pageRows: number }
  | { run: "recompute"; student: string | null; from: string | null; to: string | null };

const MANY_EVENTS = 14;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      run: fc.constant("ingest" as const),
      take: fc.integer({ min: 0, max: 5 }),
      again: fc.integer({ min: 0, max: 3 }),
      form: fc.constantFrom("lines" as const, "envelope" as const, "list" as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      run: fc.constant("etl" as const),
      mutations: fc.integer({ min: 0, max: 15 }),
      full: fc.boolean(),
      pageRows: fc.constantFrom(1000, 1000, 1000, 3),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      run: fc.constant("recompute" as const),
      student: fc.constantFrom(null, "stu-1", "ada@x.example"),
      from: fc.constantFrom(null, "2025-03-08", "2025-03-09"),
      to: fc.constantFrom(null, "2025-03-09"),
    }),
  },
);

/** Any way to cut, repeat and shuffle. */
export const plan: fc.Arbitrary<Plan> = fc.record({
  order: fc.array(fc.nat(9), { minLength: MANY_EVENTS, maxLength: MANY_EVENTS }),
  steps: fc.array(step, { maxLength: 5 }),
  last: fc.constantFrom("events" as const, "source" as const),
});

/** The members in the order of their weights; equal weights keep their order. */
export const arranged = <T>(members: readonly T[], weights: readonly number[]): T[] =>
  members
    .map((member, at) => ({ member, weight: weights[at] ?? 0 }))
    .sort((a, b) => a.weight - b.weight)
    .map(({ member }) => member);
