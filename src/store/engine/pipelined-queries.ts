import type { QueryResult } from "pg";
import { mutex } from "../../flow/mutex.js";
import type { Session } from "./session.js";

type Answer = Pick<QueryResult, "command" | "rowCount" | "rows">;

/** Sends a statement over a connection. */
export type Query = (statement: string, values?: unknown[]) => Promise<Answer>;

/** Statements that return nothing but errors. */
const RETURNS_NOTHING = /^\s*(begin|create temp table) /;
const NOTHING: Answer = { command: "", rowCount: null, rows: [] };

/**
 * Queues queries without waiting for the answers to `begin` and `create temp table`: while the server works on one statement, the next
 * one is put together. They reach the server in order. After a failure nothing more is sent, and every later query rejects with it.
 */
export class PipelinedQueries {
  #query: Query;
  #turn = mutex();
  #fault: { of: unknown } | null = null;

  constructor(query: Query) {
    this.#query = query;
  }

  readonly query: Query = (statement, values) => {
    const answer = this.#send(() => this.#query(statement, values));
    if (!RETURNS_NOTHING.test(statement)) return answer;
    answer.catch((error: unknown) => {
      this.#fault ??= { of: error };
    });
    return Promise.resolve(NOTHING);
  };

  /** The bulk copies of a session over the same connection: they begin when all queries before them are done. */
  copies({ copyIn, copyInBinary, copyOut }: Session): Pick<Session, "copyIn" | "copyInBinary" | "copyOut"> {
    const send = this.#send;
    return {
      copyIn: (...asked) => send(() => copyIn(...asked)),
      copyInBinary: (...asked) => send(() => copyInBinary(...asked)),
      async *copyOut(select) {
        await send(async () => {});
        yield* copyOut(select);
      },
    };
  }

  /** Does work over this connection and waits for all its queries; after a failure nothing more is sent. @throws the first failure */
  async whole<T>(work: () => Promise<T>): Promise<T> {
    try {
      const value = await work();
      await this.#send(async () => {});
      return value;
    } catch (error) {
      this.#fault ??= { of: error };
      throw this.#fault.of;
    }
  }

  #send = <T>(work: () => Promise<T>): Promise<T> =>
    this.#turn(async () => {
      if (this.#fault) throw this.#fault.of;
      return work();
    });
}
