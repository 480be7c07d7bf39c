import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import Cursor from "pg-cursor";
import { binaryFormat, type CopyFormat, textFormat } from "../copy/copy-format.js";
import { connectWithRetries, type RetryPolicy } from "./retry.js";
import type { CopyRows, Session, Store } from "./session.js";
import type { Database } from "./tables.js";

/** Bulk COPY over a connection of one engine. */
export interface BulkCopy {
  copyIn(client: pg.PoolClient, statement: string, rows: CopyRows, format: CopyFormat): Promise<number>;
  copyOut(client: pg.PoolClient, select: string): AsyncIterable<Buffer>;
}

/** int8, date, timestamp, timestamptz and numeric stay text: no rounding, no process time zone. */
const KEPT_AS_TEXT = new Set([20, 1082, 1114, 1184, 1700]);
/** Arrays of those types; pg would parse their members to floats and Dates. */
const TEXT_ARRAYS = new Set([1016, 1115, 1182, 1185, 1231]);
const TEXT_ARRAY_OID = 1009;

/** The type parsers of every connection: exact values stay text. */
export const exactTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") => {
    if (format === "binary") return pg.types.getTypeParser(oid, "binary");
    if (KEPT_AS_TEXT.has(oid)) return (value: string) => value;
    return pg.types.getTypeParser(TEXT_ARRAYS.has(oid) ? TEXT_ARRAY_OID : oid, "text");
  }) as typeof pg.types.getTypeParser,
};

/** Quotes an identifier, whatever is in it. */
export const quotePart = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Quotes a name of ours; a dot separates schema and name. */
const quoteName = (name: string): string => name.split(".").map(quotePart).join(".");

const copyInStatement = (table: string, columns: readonly string[], from: string): string =>
  `copy ${quoteName(table)} (${columns.map(quoteName).join(", ")}) from ${from}`;

/** Cursors ignore the type parsers of their connection. */
class ExactCursor extends Cursor {
  constructor(text: string, values: unknown[]) {
    super(text, values, { types: exactTypes });
  }
}

function kyselyOn(pool: { connect(): Promise<unknown>; end(): Promise<void> }): Kysely<Database> {
  return new Kysely<Database>({
    dialect: new PostgresDialect({ pool: pool as unknown as pg.Pool, cursor: ExactCursor as never }),
  });
}

function sessionOn(client: pg.PoolClient, { copy, copySource, retryPolicy }: Engine): Session {
  const copyIn = (table: string, columns: readonly string[], rows: CopyRows, format: CopyFormat) =>
    copy.copyIn(client, `${copyInStatement(table, columns, copySource)}${format.option}`, rows, format);
  const lent = { query: client.query.bind(client), release() {} };
  return {
    db: kyselyOn({ connect: async () => lent, end: async () => {} }),
    inTransaction: false,
    retryPolicy,
    copyIn: (table, columns, rows) => copyIn(table, columns, rows, textFormat),
    copyInBinary: (table, columns, rows) => copyIn(table, columns, rows, binaryFormat),
    copyOut: (select) => copy.copyOut(client, select),
  };
}

/** What `storeOn` needs of an engine. */
export interface Engine {
  kind: Store["kind"];
  pool: pg.Pool;
  copy: BulkCopy;
  /** The source in `COPY … FROM`. */
  copySource: string;
  retryPolicy: RetryPolicy;
  /** Rolls back a draft and returns, or closes, its connection. */
  endDraft(client: pg.PoolClient): Promise<void> | void;
  /** Runs after the pool is closed. */
  afterClose?: () => Promise<void>;
}

/** Makes a store of a pool and its bulk copy; `close` ends both. */
export function storeOn(engine: Engine): Store {
  const { kind, pool, retryPolicy, endDraft, afterClose } = engine;
  const connect = () => connectWithRetries(retryPolicy, () => pool.connect());
  pool.on("error", () => {}); // an idle connection failed: the next query reports it
  pool.on("connect", (client) => void client.on("error", () => {})); // one in use failed: its query reports it
  const lend = async <T>(
    work: (client: pg.PoolClient) => Promise<T>,
    giveBack: (client: pg.PoolClient, broken?: Error) => Promise<void> | void,
  ): Promise<T> => {
    const client = await connect();
    let broken: Error | undefined;
    const remember = (error: Error) => {
      broken = error;
    };
    client.on("error", remember);
    try {
      return await work(client);
    } finally {
      client.off("error", remember);
      await giveBack(client, broken);
    }
  };
  return {
    kind,
    connections: pool.options.max,
    db: kyselyOn({ connect, end: () => pool.end() }),
    withSession: (work) => lend((client) => work(sessionOn(client, engine)), releaseClean),
    withDraft: (work) => lend((client) => drafted(client, engine, work), endDraft),
    async close() {
      await pool.end();
      await afterClose?.();
    },
  };
}

/** Returns a connection to its pool without its session's temp tables: the next session may create tables of the same names. */
async function releaseClean(client: pg.PoolClient, broken?: Error): Promise<void> {
  if (broken) return client.release(broken);
  try {
    await client.query("discard temp");
    client.release();
  } catch (error) {
    client.release(error as Error);
  }
}

async function drafted<T>(client: pg.PoolClient, engine: Engine, work: (session: Session) => Promise<T>): Promise<T> {
  const session = { ...sessionOn(client, engine), inTransaction: true };
  await sql`begin isolation level repeatable read`.execute(session.db);
  return work(session);
}
