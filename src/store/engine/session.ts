import type { Kysely } from "kysely";
import type { RetryPolicy } from "./retry.js";
import type { Database } from "./tables.js";

/** Text of PostgreSQL's COPY text format; a chunk may hold many lines and must end at the end of a line. */
export type CopyRows = AsyncIterable<string | Buffer> | Iterable<string | Buffer>;

/** A connection, or a pool of them, as queries are sent to it. */
export type Db = Kysely<Database>;

/** One connection: temp tables, SET and transactions stay on it. Inside a session use only its own `db`. */
export interface Session {
  db: Db;
  /** True inside a transaction: `inTransaction` then joins it. */
  inTransaction: boolean;
  /** How transactions are retried after transient errors. */
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
  /** How many sessions there can be at once. */
  connections: number;
  db: Db;
  withSession<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /**
   * As `withSession`, in one transaction of repeatable reads that is rolled back in the end. On a server nobody waits for
   * that: its connection is closed. Its rows come in pages (cursor.ts), never as a stream.
   */
  withDraft<T>(work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
