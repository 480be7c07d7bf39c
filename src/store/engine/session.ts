import type { Kysely } from "kysely";
import type { RetryPolicy } from "./retry.js";
import type { Database } from "./tables.js";

/** Text of PostgreSQL's COPY text format; a chunk may hold many lines and must end at the end of a line. */
export type CopyRows = AsyncIterable<string | Buffer> | Iterable<string | Buffer>;

/** A connection or pool, to send queries to. */
export type Db = Kysely<Database>;

/** One connection: temp tables, SET and transactions stay on it. Inside a session use only its own `db`. */
export interface Session {
  db: Db;
  /** True inside a transaction: `inTransaction` then joins it. */
  inTransaction: boolean;
  /** Retry policy of transactions. */
  retryPolicy: RetryPolicy;
  /** Loads rows in COPY text format; `table` may be `schema.table`. Returns the number of rows. */
  copyIn(table: string, columns: readonly string[], rows: CopyRows): Promise<number>;
  /** The same for whole rows in PostgreSQL's binary COPY format, without its header and trailer. */
  copyInBinary(table: string, columns: readonly string[], rows: Iterable<Buffer>): Promise<number>;
  /** Streams the rows of a SELECT as COPY text. */
  copyOut(select: string): AsyncIterable<Buffer>;
}

/** The analytics database, on PostgreSQL or embedded. */
export interface Store {
  kind: "postgres" | "pglite";
  /** Maximum number of concurrent sessions. */
  connections: number;
  db: Db;
  withSession<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /**
   * As `withSession`, in one repeatable-read transaction that is rolled back at the end; on a server without waiting for that, since
   * the connection is closed. Read rows in pages (cursor.ts): streaming is not supported.
   */
  withDraft<T>(work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
