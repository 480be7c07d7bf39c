import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { type EngineName, type FreshDatabase, freshDatabase } from "./engines.js";
import { scratchFolder } from "./scratch.js";
import { timeback } from "./timeback.js";

/** What truth.json says (docs/simulate.md), as far as the tests read it. */
export interface Truth {
  days: { studentId: string; date: string; trueXp: number; failedBankWrite: boolean; undecidable: string | null }[];
  bundled: {
    eventId: string;
    twins: string[];
    studentId: string;
    date: string;
    eventXp: number;
    ownXp: number;
    excessXp: number;
    parts: string[];
    failedBankWrite: boolean;
  }[];
  doubleCounted: string[][];
}

/** A simulated population: its folder and its truth. */
export interface Population {
  folder: string;
  truth: Truth;
}

/** Simulates a population. */
export async function simulated(...options: string[]): Promise<Population> {
  const folder = join(await scratchFolder("population"), "population");
  await succeeds(["simulate", "--out", folder, ...options], {});
  return { folder, truth: JSON.parse(await readFile(join(folder, "truth.json"), "utf8")) as Truth };
}

async function succeeds(args: string[], env: Record<string, string>): Promise<string> {
  const run = await timeback(args, { env });
  expect(run.code, `${args.join(" ")}: ${run.stderr}`).toBeLessThanOrEqual(1); // 1: it has records that contradict each other
  return run.stdout;
}

/** Loads what the source held at one of the two instants. */
export async function loadSource({ folder }: Population, { env }: FreshDatabase, instant: 1 | 2): Promise<void> {
  await succeeds(["import", "oneroster", join(folder, `source-${instant}`), "-q"], env);
  await succeeds(["etl", "oneroster", "--full", "-q"], env);
}

/** Loads event files. */
export const loadEvents = ({ env }: FreshDatabase, ...files: string[]): Promise<string> =>
  succeeds(["ingest", ...files, "-q"], env);

/** A database that holds the whole population, loaded as it grew. */
export async function loaded(engine: EngineName, population: Population): Promise<FreshDatabase> {
  const database = await freshDatabase(engine, population.folder);
  await loadEvents(database, join(population.folder, "events.ndjson"));
  await loadSource(population, database, 1);
  await loadSource(population, database, 2);
  return database;
}

/** The answer of a reading command, as it was printed. */
export const answerOf = ({ env }: FreshDatabase, ...args: string[]): Promise<string> => succeeds(args, env);
