import { createHash } from "node:crypto";
import fc from "fast-check";
import pg from "pg";
import { inject } from "vitest";
import { openPglite } from "../../src/store/engine/pglite.js";
import { openPostgres } from "../../src/store/engine/postgres.js";
import type { Store } from "../../src/store/engine/session.js";
import { migrate } from "../../src/store/schema/migrate.js";
import type { EngineName } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { Lab } from "./lab.js";

// A server may sort text by the rules of a language, and keep another time zone: neither may show in a fact.
const LOCALES = [
  "template template0 encoding 'UTF8' locale_provider icu icu_locale 'en-US'",
  "template template0 encoding 'UTF8'",
];
const ODD_ZONE = "Asia/Kathmandu";

/** Lends a lab on a database of its own, which is gone afterwards. */
export async function withLab<T>(engine: EngineName, label: string, work: (lab: Lab) => Promise<T>): Promise<T> {
  return engine === "postgres"
    ? withPostgres(label, (store) => use(engine, store, work))
    : withPglite((store) => use(engine, store, work));
}

async function use<T>(name: string, store: Store, work: (lab: Lab) => Promise<T>): Promise<T> {
  await migrate(store, 0);
  return work(await Lab.on(name, store, await scratchFolder("trials")));
}

async function withPglite<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openPglite({ home: await scratchFolder("home"), command: "trials", lockWaitSeconds: 0 });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function withPostgres<T>(label: string, work: (store: Store) => Promise<T>): Promise<T> {
  const server = inject("postgres");
  if ("problem" in server) throw new Error(`no PostgreSQL for this test. ${server.problem}`);
  const name = `${server.prefix}${createHash("sha1").update(`${label} ${process.pid}`).digest("hex").slice(0, 16)}`;
  const admin = new pg.Client({ connectionString: server.url });
  admin.on("error", () => {});
  await admin.connect();
  try {
    await create(admin, name, LOCALES);
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    const store = openPostgres({ url: url.href, max: 1, applicationName: "trials" });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  } finally {
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.end();
  }
}

async function create(admin: pg.Client, name: string, [locale, ...others]: readonly string[]): Promise<void> {
  try {
    await admin.query(`create database ${name} ${locale ?? ""}`);
  } catch (error) {
    if (others.length === 0) throw error; // a server built without ICU has the plain one
    return create(admin, name, others);
  }
  await admin.query(`alter database ${name} set timezone to '${ODD_ZONE}'`);
  await admin.query(`alter database ${name} set synchronous_commit to off`);
}

/** No limit in practice: `trials` says when it is enough. */
export const LONGEST_MS = 24 * 3_600_000;
export const SEED = 20_250_301;

const SHRINKING_MS = 90_000;

/**
 * How often a property is tried: FC_RUNS raises it, FC_SEED (and FC_PATH) repeat a failure that was printed. A
 * counterexample is made smaller for a minute or so (FC_SECONDS in all, with the trials).
 */
export function trials(numRuns: number): fc.Parameters<unknown> {
  const { FC_RUNS, FC_SEED, FC_PATH, FC_SECONDS } = process.env;
  return {
    seed: FC_SEED ? Number(FC_SEED) : SEED,
    numRuns: FC_RUNS ? Number(FC_RUNS) : numRuns,
    ...(FC_PATH ? { path: FC_PATH } : {}),
    asyncReporter: report,
    interruptAfterTimeLimit: FC_SECONDS ? Number(FC_SECONDS) * 1000 : SHRINKING_MS,
  };
}

/** Throws with seed, path and the smallest counterexample; of a hunt (FC_RUNS) it also says how long it was. */
async function report(details: fc.RunDetails<unknown>): Promise<void> {
  if (process.env.FC_RUNS) process.stderr.write(`${details.numRuns} trials, seed ${details.seed}\n`);
  if (details.failed) throw new Error(fc.defaultReportMessage(details) ?? "failed", { cause: details.errorInstance });
}
