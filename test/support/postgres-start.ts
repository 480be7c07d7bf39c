import { execFile, spawn } from "node:child_process";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { temporaryParent } from "./temporary-parent.js";

const run = promisify(execFile);

const POLL_MS = 100;

/** PostgreSQL refuses to run as root, so root starts it as this user. */
interface Owner {
  uid: number;
  gid: number;
}

// Ends the server when standard input closes, which also happens when the tests are killed; starts it anew for each line.
const KEEPER = `folder="$1"; shift; "$@" >>"$folder/log" 2>&1 & while read -r signal; do
kill -s "$signal" $!; wait $!; "$@" >>"$folder/log" 2>&1 & done; kill -INT $!; wait $!; rm -rf "$folder"`;

/** A throw-away server in a temporary folder; it ends with `stop` or with this process, and leaves nothing. */
export interface StartedServer {
  url: string;
  /** Ends the server as `pg_ctl -m fast` (INT) or `-m immediate` (QUIT) does and starts it anew; resolves when it is ready. */
  restart(signal: "INT" | "QUIT"): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server. */
export async function startServer(binaries: string): Promise<StartedServer> {
  const folder = await mkdtemp(join(temporaryParent(), "timeback-postgres-"));
  try {
    const owner = await ownerOfServer();
    if (owner) await chown(folder, owner.uid, owner.gid);
    const data = join(folder, "data");
    await initialize(join(binaries, "initdb"), data, { ...owner, cwd: folder });
    const port = await freePort();
    const { restart, stop } = launch(folder, [join(binaries, "postgres"), ...settings(data, port)], owner);
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    await untilReady(url).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    return {
      url,
      async restart(signal) {
        const before = await untilReady(url);
        restart(signal);
        while ((await untilReady(url)) === before) await delay(POLL_MS);
      },
      stop,
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw new Error(`${binaries}: ${messageOf(error)}`, { cause: error });
  }
}

/** In a locale whose order is not that of bytes, so that what should not depend on it is seen to; without ICU (before PostgreSQL 15) in none. */
async function initialize(initdb: string, data: string, place: Partial<Owner> & { cwd: string }): Promise<void> {
  const flags = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"];
  const icu = ["--locale-provider=icu", "--icu-locale=en-US"];
  await run(initdb, [...flags, ...icu], place).catch(() => run(initdb, flags, place));
}

/** What a crash of the machine would lose is nothing to the tests; what a crash of the server would lose is. */
function settings(data: string, port: number): string[] {
  const values = [
    ...["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"],
    ...["fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "autovacuum=off"],
  ];
  return ["-D", data, "-p", String(port), ...values.flatMap((value) => ["-c", value])];
}

interface Keeper {
  restart(signal: string): void;
  stop(): Promise<void>;
}

function launch(folder: string, command: string[], owner: Owner | undefined): Keeper {
  const keeper = spawn("/bin/sh", ["-c", KEEPER, "keeper", folder, ...command], {
    ...owner,
    cwd: folder,
    stdio: ["pipe", "ignore", "ignore"],
    detached: true, // Ctrl-C must reach the tests first
  });
  const ended = new Promise<void>((resolve) => {
    keeper.on("close", () => resolve());
    keeper.on("error", () => resolve());
  });
  return {
    restart: (signal) => void keeper.stdin.write(`${signal}\n`),
    async stop() {
      keeper.stdin.end();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ownerOfServer(): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    try {
      const [uid, gid] = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]);
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {
      // no such user here
    }
  }
  throw new Error("PostgreSQL refuses to run as root, and there is no user postgres or nobody");
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

/** Waits until the server answers, and says when it was started. */
async function untilReady(url: string): Promise<string> {
  const limit = Date.now() + 20_000;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on("error", () => {});
    try {
      await client.connect();
      const { rows } = await client.query<{ started: string }>("select pg_postmaster_start_time()::text as started");
      await client.end();
      return rows[0]?.started ?? "";
    } catch (error) {
      if (Date.now() > limit) throw error;
      await delay(POLL_MS);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error);
}
