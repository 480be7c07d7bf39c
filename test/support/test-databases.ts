import { randomBytes } from "node:crypto";
import pg from "pg";

const MARK = "timeback_test_";
const LONGEST_RUN_MS = 2 * 3_600_000;
const TIME_DIGITS = 8; // of Date.now() in base 36, until the year 2059

/** What the databases of one run start with: two runs may share a server. It tells when the run began. */
export function prefixOfRun(startedAt: number): string {
  return `${MARK}${startedAt.toString(36)}${randomBytes(2).toString("hex")}_`;
}

/** Roles of one run with no more rights than the README asks for; URLs of the server with them. */
export interface LeastRoles {
  /** Owns the analytics databases, and is no superuser. */
  owner: string;
  /** Reads the tables of a source. */
  reader: string;
}

/** Makes the roles of this run; null where this server does not let us. */
export async function makeRoles(url: string, prefix: string): Promise<LeastRoles | null> {
  const password = randomBytes(12).toString("hex");
  const named = (name: string) => Object.assign(new URL(url), { username: `${prefix}${name}`, password }).href;
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
    for (const name of ["owner", "reader"])
      await client.query(`create role ${prefix}${name} login nosuperuser password '${password}'`);
    return { owner: named("owner"), reader: named("reader") };
  } catch {
    return null;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Runs one statement on a connection of its own. */
export async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Drops the databases and roles of this run that its tests left, and those of runs that were killed hours ago. */
export async function dropLeftovers(url: string, prefix: string, now: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      "select datname as name from pg_database where datname ~ $1",
      [`^${MARK}[0-9a-z]{${TIME_DIGITS + 4}}_[0-9a-f]+$`],
    );
    const leftovers = rows.filter(({ name }) => name.startsWith(prefix) || isAbandoned(name, now));
    for (const { name } of leftovers) await client.query(`drop database if exists ${name} with (force)`);
    const roles = await client.query<{ name: string }>("select rolname as name from pg_roles where rolname ~ $1", [
      `^${MARK}[0-9a-z]{${TIME_DIGITS + 4}}_(owner|reader)$`,
    ]);
    const idle = roles.rows.filter(({ name }) => name.startsWith(prefix) || isAbandoned(name, now));
    for (const { name } of idle) await client.query(`drop role if exists ${name}`);
  } finally {
    await client.end();
  }
}

function isAbandoned(name: string, now: number): boolean {
  return Number.parseInt(name.slice(MARK.length, MARK.length + TIME_DIGITS), 36) < now - LONGEST_RUN_MS;
}
