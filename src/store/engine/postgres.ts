import { isIPv4 } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { UsageError, wordsOf } from "../../errors.js";
import type { CopyFormat } from "../copy/copy-format.js";
import { freeingBuffers } from "../copy/free-buffers.js";
import { type BulkCopy, exactTypes, storeOn } from "./pg-session.js";
import { type RetryPolicy, retryPolicyFor } from "./retry.js";
import type { CopyRows, Store } from "./session.js";

/** How to reach a PostgreSQL server. */
export interface PostgresOptions {
  url: string;
  /** Maximum number of connections. */
  max: number;
  /** Shown to other runs that wait for the lock. */
  applicationName: string;
  /** For transactions after transient errors, and for a server that is starting up. */
  retryPolicy?: RetryPolicy;
  /** A source database: every session is read-only, with a statement timeout in milliseconds. */
  readOnly?: { statementTimeoutMs: number };
}

async function* framed(rows: CopyRows, { head, tail }: CopyFormat): AsyncGenerator<string | Buffer> {
  if (head.length > 0) yield head;
  yield* rows;
  if (tail.length > 0) yield tail;
}

const streamCopy: BulkCopy = {
  async copyIn(client, statement, rows, format) {
    const target = client.query(copyFrom(statement));
    await pipeline(Readable.from(framed(rows, format), { objectMode: true, highWaterMark: 2 }), target);
    return target.rowCount;
  },
  async *copyOut(client, select) {
    yield* freeingBuffers(client.query(copyTo(`copy (${select}) to stdout`)));
  },
};

/** Modes that pg treats as verify-full, with a long warning on stderr. */
const VERIFIED = new Set(["prefer", "require", "verify-ca"]);

/** pg gives a URL's parameters precedence, so the session settings are appended to those in the URL. */
function withSession(url: string, options: readonly string[], applicationName: string): string {
  const changed = new URL(url);
  const { searchParams } = changed;
  searchParams.set("options", [searchParams.get("options") ?? "", ...options].join(" ").trim());
  searchParams.set("application_name", applicationName);
  if (VERIFIED.has(searchParams.get("sslmode") ?? "") && !searchParams.has("uselibpqcompat"))
    searchParams.set("sslmode", "verify-full");
  return changed.href;
}

/** The settings as pg reads them: from the URL, then from PGHOST, PGSSLMODE and its other variables. */
function connectionTo(url: string): pg.Client {
  try {
    return new pg.Client(withSession(url, [], "timeback"));
  } catch (error) {
    const why = wordsOf(error);
    throw new UsageError(`the URL of a database cannot be used: ${why} (nothing was done)`, { cause: error });
  }
}

/** Whether the host is this machine: a socket, or a loopback address. */
const isLocal = (host: string): boolean =>
  host.startsWith("/") || host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));

/**
 * The host to which a connection would send plain text over a network; null if it is encrypted or local.
 * @throws UsageError for a URL that pg cannot use (such as a missing certificate)
 */
export function plainTextHost(url: string): string | null {
  const { host, ssl } = connectionTo(url);
  return ssl || isLocal(host) ? null : host;
}

/** Closes the connection and lets the server roll back, which takes a while with many temp tables. */
function endDraft(client: pg.PoolClient): void {
  (client as pg.PoolClient & { unref(): void }).unref();
  client.release(true);
}

/** Opens a pool, which connects at the first query. Sessions run in UTC. */
export function openPostgres({
  url,
  max,
  applicationName,
  retryPolicy = retryPolicyFor("the database"),
  readOnly,
}: PostgresOptions): Store {
  const options = [
    "-c timezone=UTC",
    "-c datestyle=ISO",
    "-c intervalstyle=postgres",
    "-c extra_float_digits=1",
    "-c jit=off",
    "-c work_mem=64MB",
    "-c default_statistics_target=10",
  ];
  if (readOnly)
    options.push("-c default_transaction_read_only=on", `-c statement_timeout=${readOnly.statementTimeoutMs}`);
  const pool = new pg.Pool({
    connectionString: withSession(url, options, applicationName),
    max,
    types: exactTypes,
    connectionTimeoutMillis: 30_000,
    allowExitOnIdle: true, // do not keep the process alive until the server closes
  });
  return storeOn({ kind: "postgres", pool, copy: streamCopy, copySource: "stdin", retryPolicy, endDraft });
}
