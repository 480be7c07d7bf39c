import { execFile, spawn } from "node:child_process";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";

const run = promisify(execFile);

/** PostgreSQL refuses to run as root, so root starts it as this user. */
interface Owner {
  uid: number;
  gid: number;
}

// Ends the server when standard input closes, which also happens when the tests are killed.
const KEEPER = `folder="$1"; shift; "$@" >"$folder/log" 2>&1 & read -r _; kill -INT $!; wait $!; rm -rf "$folder"`;

/** Starts a throw-away server in a temporary folder; it ends with `stop` or with this process, and leaves nothing. */
export async function startServer(binaries: string): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "timeback-postgres-"));
  try {
    const owner = await ownerOfServer();
    if (owner) await chown(folder, owner.uid, owner.gid);
    const data = join(folder, "data");
    const flags = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"];
    await run(join(binaries, "initdb"), flags, { ...owner, cwd: folder });
    const port = await freePort();
    const stop = launch(folder, [join(binaries, "postgres"), ...settings(data, port)], owner);
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    await untilReady(url).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    return { url, stop };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw new Error(`${binaries}: ${messageOf(error)}`, { cause: error });
  }
}

function settings(data: string, port: number): string[] {
  const values = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=200"];
  return ["-D", data, "-p", String(port), ...values.flatMap((value) => ["-c", value])];
}

function launch(folder: string, command: string[], owner: Owner | undefined): () => Promise<void> {
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
  return async () => {
    keeper.stdin.end();
    await ended;
    await rm(folder, { recursive: true, force: true });
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

async function untilReady(url: string): Promise<void> {
  const limit = Date.now() + 20_000;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on("error", () => {});
    try {
      return await client.connect().then(() => client.end());
    } catch (error) {
      if (Date.now() > limit) throw error;
      await delay(100);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error);
}
