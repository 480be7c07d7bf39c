import { createHash } from "node:crypto";
import { cp, rm } from "node:fs/promises";
import { CompiledQuery } from "kysely";
import pg from "pg";
import { describe, inject } from "vitest";
import { exactTypes } from "../../src/store/engine/pg-session.js";
import type { Store } from "../../src/store/engine/session.js";
import { openStore, withAnyStore, withSchema } from "../../src/store/open.js";
import { borrowStore, closeStore } from "./kept-stores.js";
import { scratchFolder } from "./scratch.js";
import type { LeastRoles } from "./test-databases.js";

export type EngineName = "pglite" | "postgres";
export type Row = Record<string, unknown>;
export type Query = (sql: string, params?: unknown[]) => Promise<Row[]>;

/** An empty analytics database that one test owns. */
export interface FreshDatabase {
  engine: EngineName;
  /** Points the binary at this database; pass it to `timeback`. */
  env: Record<string, string>;
  /** PostgreSQL only; as the binary comes. */
  url?: string;
  /** PostgreSQL only: whether the binary has no more rights than it needs. */
  least?: boolean;
  /** Embedded only: what TIMEBACK_HOME says. */
  dataDir?: string;
  /** Runs one statement. Exact numbers, dates and instants come as text, in UTC. */
  query: Query;
  /** Runs many statements on one connection; cheaper than one for each. */
  session<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /** Drops the database, with the connections that are left. */
  close(): Promise<void>;
}

const postgres = inject("postgres");
/** TEST_ROLES=least: the binary has the rights that the README asks for and no others, on every database of the tests. */
export const leastEverywhere: boolean = process.env.TEST_ROLES === "least";
const only = process.env.TEST_ENGINE;
const wanted = (name: EngineName): boolean => !only || only === name;
const hasServer = "url" in postgres || Boolean(process.env.CI); // in CI a missing server fails the tests

/** The databases that every behaviour is tested on; TEST_ENGINE leaves one of them. */
export const engines: readonly { name: EngineName; available: boolean }[] = [
  { name: "pglite", available: wanted("pglite") },
  { name: "postgres", available: wanted("postgres") && hasServer },
];

/** Declares the same tests once for each engine; those of an engine that is not available are skipped. */
export function describeOnEngines(title: string, tests: (engine: EngineName) => void): void {
  for (const { name, available } of engines) describe.skipIf(!available)(`${title} [${name}]`, () => tests(name));
}

/**
 * Declares tests once, on PostgreSQL where there is one, else embedded: for behaviour in which SQL has no part, such as
 * the forms of an answer. Every embedded database costs seconds.
 */
export function describeOnAnEngine(title: string, tests: (engine: EngineName) => void): void {
  const { name } = engines.findLast(({ available }) => available) ?? { name: "pglite" as const };
  describe(`${title} [${name}]`, () => tests(name));
}

let count = 0;

/** What a new database can be asked for. */
export interface FreshOptions {
  /** Without the schema of the program, which is there by default. */
  empty?: boolean;
  /** The binary comes as a role that owns the database and is no superuser; the tests themselves may do everything. */
  least?: boolean;
}

/** A new database without a row; whoever calls closes it. `label` only makes its name unique and traceable. */
export function freshDatabase(
  engine: EngineName,
  label: string,
  { least = leastEverywhere, empty = false }: FreshOptions = {},
): Promise<FreshDatabase> {
  if (engine === "pglite") return freshPglite({ empty });
  return freshPostgres(hashOf(label), { least, template: empty || least ? EMPTY : migratedTemplate() });
}

/** A database set up without a locale would not give UTF-8: this one does. */
const EMPTY = "template0";

/** With the schema that is there already, so that not every test has to migrate. */
function migratedTemplate(): string {
  if ("problem" in postgres) throw new Error(`no PostgreSQL for this test. ${postgres.problem}`);
  return postgres.template;
}

/** The roles of this run. @throws Error where the server let us make none */
function leastRoles(): LeastRoles {
  if ("roles" in postgres && postgres.roles) return postgres.roles;
  throw new Error("the tests may not make roles on this server: TEST_DATABASE_URL must name a superuser");
}

/** A role that may read these tables of a source, and do nothing else. @throws Error as `leastRoles` */
export async function readerOf({ url, session }: FreshDatabase, tables: readonly string[]): Promise<string> {
  const { reader } = leastRoles();
  const { username } = new URL(reader);
  await session(async (query) => {
    await query(`grant usage on schema public to ${username}`);
    await query(`grant select on ${tables.join(", ")} to ${username}`);
    await query(`alter default privileges in schema public grant select on tables to ${username}`); // a view in their place
  });
  return withDatabase(reader, new URL(String(url)).pathname.slice(1));
}

/** A copy of a database that nobody is connected to; whoever calls closes it. */
export async function copyOf(original: FreshDatabase, label: string): Promise<FreshDatabase> {
  if (original.url) {
    const template = new URL(original.url).pathname.slice(1);
    return freshPostgres(hashOf(label), { least: original.least === true, template });
  }
  const copy = await freshPglite({ empty: true });
  await closeStore(String(original.dataDir));
  await cp(String(original.dataDir), String(copy.dataDir), { recursive: true });
  return copy;
}

function hashOf(label: string): string {
  count += 1;
  return createHash("sha1").update(`${label} ${process.pid} ${count}`).digest("hex").slice(0, 16);
}

async function freshPostgres(
  hash: string,
  { least, template }: { least: boolean; template: string },
): Promise<FreshDatabase> {
  if ("problem" in postgres) throw new Error(`no PostgreSQL for this test. ${postgres.problem}`);
  const admin = postgres.url;
  const name = `${postgres.prefix}${hash}`;
  const url = withDatabase(least ? leastRoles().owner : admin, name);
  const { username } = new URL(url);
  const owner = least ? `owner ${username}` : "";
  await onServer(admin, (query) => query(`create database ${name} template ${template} encoding 'UTF8' ${owner}`));
  return {
    ...databaseAt(withDatabase(admin, name)),
    url,
    least,
    env: { DATABASE_URL: url },
    close: () => onServer(admin, async (query) => void (await query(`drop database if exists ${name} with (force)`))),
  };
}

/** A database that is there, on any server; closing it does nothing. */
export function databaseAt(url: string): FreshDatabase {
  const session: FreshDatabase["session"] = (work) => onServer(url, work);
  return {
    engine: "postgres",
    env: { DATABASE_URL: url },
    url,
    session,
    query: (sql, params) => session((query) => query(sql, params)),
    close: async () => {},
  };
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function onServer<T>(url: string, work: (query: Query) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, types: exactTypes, options: "-c timezone=UTC" });
  client.on("error", () => {}); // a test may end this connection; the next query says so
  await client.connect();
  try {
    return await work(async (sql, params) => (await client.query<Row>(sql, params)).rows);
  } finally {
    await client.end();
  }
}

async function freshPglite({ empty }: { empty: boolean }): Promise<FreshDatabase> {
  const home = await scratchFolder("home");
  if (!empty) await cp(inject("embeddedTemplate"), home, { recursive: true });
  return databaseIn(home);
}

/** The embedded database in this folder; closing it removes the folder. */
export function databaseIn(dataDir: string): FreshDatabase {
  const session: FreshDatabase["session"] = (work) => onEmbedded(dataDir, work);
  return {
    engine: "pglite",
    env: { TIMEBACK_HOME: dataDir },
    dataDir,
    session,
    query: (sql, params) => session((query) => query(sql, params)),
    async close() {
      await closeStore(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Lends the store of a database to code of the program that a test calls by itself, with the schema up to date. */
export function withStoreOf<T>(
  { url, dataDir = "" }: FreshDatabase,
  work: (store: Store) => Promise<T>,
  poolMax = 4,
): Promise<T> {
  const options = { databaseUrl: url, dataDir, command: "test", lockWait: 60, poolMax, migrate: true };
  const opening = url === undefined ? () => borrowStore(dataDir) : openStore;
  return withAnyStore(options, (store) => withSchema(store, options, () => work(store)), opening);
}

async function onEmbedded<T>(dataDir: string, work: (query: Query) => Promise<T>): Promise<T> {
  const store = await borrowStore(dataDir);
  try {
    return await store.withSession(({ db }) =>
      work(async (sql, params = []) => (await db.executeQuery<Row>(CompiledQuery.raw(sql, params))).rows),
    );
  } finally {
    await store.close();
  }
}
