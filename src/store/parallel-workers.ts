import { sql } from "kysely";
import type { Session } from "./session.js";

/**
 * For the two connections of a run or an audit: the server puts no further processes to their statements from here on (where the
 * transaction is taken back, that is too). The two keep two cores busy, and on a server with no more of them handing rows between
 * processes costs more than it spares (bench/HISTORY.md); on larger ones that was not measured.
 */
export const withoutWorkers = (...sessions: readonly Pick<Session, "db">[]): Promise<unknown> =>
  Promise.all(sessions.map(({ db }) => sql`set max_parallel_workers_per_gather = 0`.execute(db)));
