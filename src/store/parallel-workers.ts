import { sql } from "kysely";
import type { Session } from "./session.js";

/**
 * For connections that are at work beside each other, until their transaction or they themselves end: neither has the server put
 * further processes to its statements. Two are what a run keeps busy, and what it leaves the others of a server is then known;
 * where there are no more cores than that, handing rows between processes costs more than it spares (bench/HISTORY.md).
 */
export const withoutWorkers = (...sessions: readonly Pick<Session, "db">[]): Promise<unknown> =>
  Promise.all(sessions.map(({ db }) => sql`set max_parallel_workers_per_gather = 0`.execute(db)));
