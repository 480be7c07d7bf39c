import type { QueryResult } from "pg";
import { mutex } from "../../flow/mutex.js";
import type { Session } from "./session.js";

type Answer = Pick<QueryResult, "command" | "rowCount" | "rows">;

/** Asks a connection to do a statement. */
export type Query = (statement: string, values?: unknown[]) => Promise<Answer>;

/** Statements of which nothing is heard but a fault. */
const SAYS_NOTHING = /^\s*(begin|create temp table) /;
const NOTHING: Answer = { command: "", rowCount: null, rows: [] };

/**
 * A connection that may be asked for what comes next before it is through with what came before: while the server is at work on
 * one statement, the next is put together. They reach the server in the order of asking. A statement that says nothing is
 * answered at once; after its fault nothing more is sent, and whatever is asked for fails by that.
 */
export class Ahead {
  #query: Query;
  #turn = mutex();
  #fault: { of: unknown } | null = null;

  constructor(query: Query) {
    this.#query = query;
  }

  readonly query: Query = (statement, values) => {
    const answer = this.#send(() => this.#query(statement, values));
    if (!SAYS_NOTHING.test(statement)) return answer;
    answer.catch((error: unknown) => {
      this.#fault ??= { of: error };
    });
    return Promise.resolve(NOTHING);
  };

  /** The bulk copies of a session over the same connection: what was asked for before is through when they begin. */
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

  /** Does work over this connection; nothing is sent any more when that has failed. @throws what a statement that said nothing failed by */
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
