import type { QueryResult } from "pg";
import { inTurn } from "../domain/in-turn.js";
import type { Session } from "./session.js";

type Answer = Pick<QueryResult, "command" | "rowCount" | "rows">;

/** Sends a statement to a connection that is at work on no other. */
export type Query = (statement: string, values?: unknown[]) => Promise<Answer>;

/** Statements of which nothing is heard but a fault. */
const SAYS_NOTHING = /^\s*(begin|create temp table) /;
const NOTHING: Answer = { command: "", rowCount: null, rows: [] };

/**
 * A connection that may be asked for what comes next before it is through with what came before: while the server is at work on
 * one statement, the next is put together. They reach the server in the order of asking. A statement that says nothing is
 * answered at once.
 */
export class Ahead {
  #query: Query;
  #turn = inTurn();
  #fault: { of: unknown } | null = null;

  constructor(query: Query) {
    this.#query = query;
  }

  readonly query: Query = (statement, values) => {
    const answer = this.#turn(() => this.#query(statement, values));
    if (!SAYS_NOTHING.test(statement)) return answer;
    answer.catch((error: unknown) => {
      this.#fault ??= { of: error };
    });
    return Promise.resolve(NOTHING);
  };

  /** The bulk copies of a session over the same connection, each in its turn. */
  copies({ copyIn, copyInBinary, copyOut }: Session): Pick<Session, "copyIn" | "copyInBinary" | "copyOut"> {
    const turn = this.#turn;
    return {
      copyIn: (...asked) => turn(() => copyIn(...asked)),
      copyInBinary: (...asked) => turn(() => copyInBinary(...asked)),
      async *copyOut(select) {
        await turn(async () => {});
        yield* copyOut(select);
      },
    };
  }

  /** Does work over this connection. A fault of what nobody waited for is thrown in place of what came of it. */
  async whole<T>(work: () => Promise<T>): Promise<T> {
    const outcome = await work().then(
      (value) => this.#turn(async () => ({ value })),
      (error: unknown) => ({ error }),
    );
    if (this.#fault) throw this.#fault.of;
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  }
}
