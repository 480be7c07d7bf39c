import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { WorkError, wordsOf } from "../../errors.js";
import { packageFolder } from "../../package-folder.js";
import { lockDirectory } from "./directory-lock.js";
import { type BulkCopy, exactTypes, storeOn } from "./pg-session.js";
import { retryPolicyFor } from "./retry.js";
import type { CopyRows, Store } from "./session.js";

const COPY_BATCH_BYTES = 8 << 20;
/** The embedded database is readable by its owner only. */
const OWNER_ONLY = 0o700;
/** A data directory made at build time, with the schema in it: starting from it is four times faster than initdb. */
export const seedPath = fileURLToPath(new URL("dist/seed.tar.gz", packageFolder));

type Lite = import("@electric-sql/pglite").PGlite;

/** COPY from and to a blob of whole lines; pg-copy-streams would end the instance. */
function blobCopy(lite: Lite): BulkCopy {
  return {
    async copyIn(_client, statement, rows: CopyRows, { head, tail, endsRow }) {
      let count = 0;
      let size = 0;
      let batch: Buffer[] = [];
      const flush = async () => {
        if (size === 0) return;
        const blob = new Blob([head, ...batch, tail]);
        count += (await lite.query(statement, [], { blob })).affectedRows ?? 0;
        batch = [];
        size = 0;
      };
      for await (const chunk of rows) {
        const bytes = Buffer.from(chunk as Buffer);
        batch.push(bytes);
        size += bytes.length;
        if (size >= COPY_BATCH_BYTES && endsRow(bytes)) await flush();
      }
      await flush();
      return count;
    },
    async *copyOut(_client, select) {
      const { blob } = await lite.query(`copy (${select}) to '/dev/blob'`);
      if (blob) for await (const part of blob.stream()) yield Buffer.from(part);
    },
  };
}

type PGliteClass = typeof import("@electric-sql/pglite").PGlite;

/** Makes the data directory under a temporary name first, so that a first start that is killed leaves no incomplete one. */
async function createDataDirectory(PGlite: PGliteClass, directory: string): Promise<void> {
  const draft = `${directory}.tmp`;
  const start = async (options: { loadDataDir?: Blob }) => {
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { mode: OWNER_ONLY });
    await (await PGlite.create(draft, options)).close();
  };
  const fromSeed = existsSync(seedPath) ? start({ loadDataDir: new Blob([readFileSync(seedPath)]) }) : start({});
  await fromSeed.catch(() => start({})); // a seed of another PGlite version: use initdb
  renameSync(draft, directory);
}

async function storeOnLite(lite: Lite, free: () => void): Promise<Store> {
  const { createPgConfig } = await import("@electric-sql/pglite/node-postgres");
  await lite.exec(
    "set timezone = 'UTC'; set datestyle = 'ISO'; set extra_float_digits = 1; set default_statistics_target = 10",
  );
  const pool = new pg.Pool({
    ...createPgConfig(lite),
    max: 1,
    types: exactTypes,
    idleTimeoutMillis: 0,
  } as pg.PoolConfig);
  const afterClose = async () => {
    await lite.close();
    free();
  };
  const endDraft = async (client: pg.PoolClient) => {
    await client.query("rollback");
    client.release();
  };
  const retryPolicy = retryPolicyFor("the embedded database"); // no other process uses it
  const copy = blobCopy(lite);
  return storeOn({ kind: "pglite", pool, copy, copySource: "'/dev/blob'", retryPolicy, endDraft, afterClose });
}

/** Makes a directory and its parents; mkdir's own `recursive` never returns if a file system refuses with ENOENT (/proc). */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: OWNER_ONLY });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || existsSync(dirname(path))) throw error;
    makeDirectory(dirname(path));
    mkdirSync(path, { mode: OWNER_ONLY });
  }
}

function makeHome(home: string): void {
  try {
    makeDirectory(resolve(home));
    if (!statSync(home).isDirectory()) throw new Error("it is a file");
    accessSync(home, constants.W_OK);
  } catch (error) {
    const why = wordsOf(error);
    throw new WorkError(
      `the data directory ${home} cannot be written (${why}): give another with --data-dir, or a server with --database-url`,
      { cause: error },
    );
  }
}

/** Location of the embedded database, and how long to wait for it. */
export interface PgliteOptions {
  /** Data directory of timeback; the database is its folder `pgdata`. */
  home: string;
  command: string;
  lockWaitSeconds: number;
}

/**
 * Opens the embedded PostgreSQL exclusively: a second process on the directory would lose rows. It runs without fsync: safe against
 * kill -9, not against power loss.
 * @throws LockedError if another process holds the directory longer than `lockWaitSeconds`
 */
export async function openPglite({ home, command, lockWaitSeconds }: PgliteOptions): Promise<Store> {
  makeHome(home);
  const directory = join(home, "pgdata");
  const free = await lockDirectory(directory, command, lockWaitSeconds);
  try {
    const { PGlite } = await import("@electric-sql/pglite");
    if (!existsSync(directory)) await createDataDirectory(PGlite, directory);
    return await storeOnLite(await PGlite.create(directory), free);
  } catch (error) {
    free();
    throw error;
  }
}

/** An embedded database in memory, and a way to save it as a data directory (tar, gzip). */
export async function openMemoryPglite(): Promise<{ store: Store; dump(): Promise<Buffer> }> {
  const { PGlite } = await import("@electric-sql/pglite");
  const lite = await PGlite.create();
  const dump = async () => Buffer.from(await (await lite.dumpDataDir("gzip")).arrayBuffer());
  return { store: await storeOnLite(lite, () => {}), dump };
}
