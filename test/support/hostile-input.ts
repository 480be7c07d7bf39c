import { readFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { z } from "zod";
import { type EngineName, type FreshDatabase, freshDatabase, type Row } from "./engines.js";
import { scratchFolder } from "./scratch.js";
import { type Run, timeback, timebackJson } from "./timeback.js";

// fixtures/hostile-input/README.md says how the corpus is written.
const corpus = fileURLToPath(new URL("../../fixtures/hostile-input/", import.meta.url));

const OneVerdict = z.string();
/** A line (from 1, in order): what it is, and what becomes of each of its records. */
const LineVerdict = z.strictObject({
  line: z.number(),
  what: z.string(),
  verdict: z.union([OneVerdict, z.array(OneVerdict)]),
  landed: z.record(z.string(), z.string().nullable()).optional(),
});
export type LineVerdict = z.infer<typeof LineVerdict>;

const Reject = z.tuple([z.number(), z.string()]);
/** A file: what it is, how its ids begin, how many of its events are stored, and which lines are rejected why. */
const FileVerdict = z.strictObject({
  file: z.string(),
  what: z.string(),
  ids: z.string(),
  stored: z.number(),
  rejects: z.array(Reject),
});

/** A package of CSV that is refused whole, with these words. */
const RefusedPackage = z.strictObject({
  folder: z.string(),
  what: z.string(),
  exit: z.literal(3),
  says: z.string(),
});
export type RefusedPackage = z.infer<typeof RefusedPackage>;

/** A package of CSV: all rows, inserted and rejected ones of each file; what of rows must stand in their tables. */
const LoadedPackage = z.strictObject({
  folder: z.string(),
  what: z.string(),
  exit: z.literal(1),
  files: z.record(z.string(), z.tuple([z.number(), z.number(), z.number()])),
  rejects: z.array(z.tuple([z.string(), z.number(), z.string()])),
  rows: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.string()))),
});
export type LoadedPackage = z.infer<typeof LoadedPackage>;

const verdicts = <T>(name: string, verdict: z.ZodType<T>): T[] =>
  z.array(verdict).parse(JSON.parse(readFileSync(join(corpus, `${name}.verdicts.json`), "utf8")));

export const lineVerdicts = verdicts("lines", LineVerdict);
export const fileVerdicts = verdicts("files", FileVerdict);
export const csvVerdicts = verdicts("csv", z.union([RefusedPackage, LoadedPackage]));

/** The lines of the corpus as bytes, without their ends; the first is at 0. */
export const corpusLines = (): Buffer[] => {
  const bytes = readFileSync(join(corpus, "lines.ndjson"));
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
};

/** What became of the records of a line, in their order. */
export const outcomes = ({ verdict }: LineVerdict): string[] => (typeof verdict === "string" ? [verdict] : verdict);

const COUNTED = { stored: "stored", duplicate: "duplicates", conflict: "conflicts", skipped: "skipped" } as const;
const isCounted = (outcome: string): outcome is keyof typeof COUNTED => Object.hasOwn(COUNTED, outcome);
/** Whether an outcome is the code of a reject. */
export const isRejected = (outcome: string): boolean => !isCounted(outcome);

/** What `ingest` must count for these lines. */
export function countsOf(lines: readonly LineVerdict[]): Record<string, number> {
  const counts = { records: 0, stored: 0, duplicates: 0, conflicts: 0, skipped: 0, rejected: 0 };
  for (const outcome of lines.flatMap(outcomes)) {
    counts.records += 1;
    counts[isCounted(outcome) ? COUNTED[outcome] : "rejected"] += 1;
  }
  return counts;
}

/** How many times each of these stands there. */
export function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** What nobody may be shown: what a terminal obeys, and marks that turn text around. Line ends may stand. */
const OBEYED = /(?!\n)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** The corpus in a folder of its own, and a fresh database. */
export class HostileDesk {
  private constructor(
    readonly database: FreshDatabase,
    readonly folder: string,
  ) {}

  static async lend(engine: EngineName, work: (desk: HostileDesk) => Promise<void>): Promise<void> {
    const database = await freshDatabase(engine, "hostile input");
    const folder = await scratchFolder("hostile");
    try {
      await cp(corpus, folder, { recursive: true });
      await work(new HostileDesk(database, folder));
    } finally {
      await database.close();
    }
  }

  /** Whatever a command prints, nothing of it is obeyed. */
  async run(...args: string[]): Promise<Run> {
    const run = await timeback(args, { cwd: this.folder, env: this.database.env });
    const shown = args.includes("csv") ? run.stdout.replace(/[\t\r]/g, " ") : run.stdout; // a cell of CSV may hold them
    expect(shown + run.stderr, args.join(" ")).not.toMatch(OBEYED);
    return run;
  }

  async json<T = Row>(args: readonly string[], code = 0, env: Record<string, string> = {}): Promise<T> {
    return timebackJson<T>([...args, "--format", "json"], {
      cwd: this.folder,
      env: { ...this.database.env, ...env },
      code,
    });
  }

  /** Reads files of Caliper; the counts must add up. */
  async ingest(args: readonly string[], code: number, env: Record<string, string> = {}): Promise<Row> {
    const answer = await this.json(["ingest", ...args], code, env);
    const sum = ["stored", "duplicates", "conflicts", "skipped", "rejected"].reduce(
      (n, key) => n + Number(answer[key]),
      0,
    );
    expect(sum, "stored + duplicates + conflicts + skipped + rejected").toBe(answer.records);
    return answer;
  }

  /** Address and code of each reject, in the order of files and lines. */
  async rejects(): Promise<{ file: string; line: number; code: string; reason: string; id: string }[]> {
    return (await this.json<{ rejects: never[] }>(["rejects", "list"])).rejects;
  }
}
