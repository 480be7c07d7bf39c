import { sql } from "kysely";
import type { Session } from "./session.js";

/** A text that may be the payload of an event. */
export interface SupposedPayload {
  /** UUID in lower case. */
  eventId: string;
  /** SHA-256 of the text in UTF-8, in lower-case hexadecimal. */
  sha256: string;
}

/** The places of those that are not, byte by byte, the payload of the landed event of that id. */
export async function placesNotLanded(db: Session["db"], supposed: readonly SupposedPayload[]): Promise<Set<number>> {
  const { rows } = await sql<{ ordinal: string }>`
    select p.ordinal
    from unnest(${supposed.map(({ eventId }) => eventId)}::uuid[], ${supposed.map(({ sha256 }) => sha256)}::text[])
      with ordinality as p(event_id, sha256, ordinal)
    where p.sha256 is distinct from (
      select encode(sha256(convert_to(l.payload, 'UTF8')), 'hex')
      from timeback.caliper_events e join timeback.caliper_payloads l using (landed_run, landed_ordinal)
      where e.event_id = p.event_id)`.execute(db);
  return new Set(rows.map(({ ordinal }) => Number(ordinal) - 1));
}
