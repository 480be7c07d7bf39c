import { sql } from "kysely";
import type { Session } from "./session.js";

/** The names of all apps that facts are of, in C order. */
export async function knownApps(db: Session["db"]): Promise<string[]> {
  const { rows } = await sql<{ app: string }>`
    select distinct f.app collate "C" as app from timeback.processed_facts f where f.app is not null order by 1`.execute(
    db,
  );
  return rows.map(({ app }) => app);
}
