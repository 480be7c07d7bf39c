import { join } from "node:path";
import { expect } from "vitest";
import { type EngineName, type FreshDatabase, freshDatabase } from "./engines.js";
import type { Population } from "./population.js";
import { timeback } from "./timeback.js";

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
