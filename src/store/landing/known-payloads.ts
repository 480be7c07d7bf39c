import { sql } from "kysely";
import type { Db } from "../engine/session.js";

/** A text that may be the payload of a landed event. */
export interface CandidatePayload {
  /** UUID in lower case. */
  eventId: string;
  /** Digest of the text (src/domain/values/digest.ts). */
  digest: string;
}

/** Indexes of the candidates not known to be, byte for byte, the payload of the landed event with that id. */
export async function placesNotLanded(db: Db, candidates: readonly CandidatePayload[]): Promise<Set<number>> {
  const { rows } = await sql<{ ordinal: string }>`
    select p.ordinal
    from unnest(${candidates.map(({ eventId }) => eventId)}::uuid[], ${candidates.map(({ digest }) => digest)}::uuid[])
      with ordinality as p(event_id, digest, ordinal)
    where p.digest is distinct from (
      select e.payload_digest from timeback.caliper_events e where e.event_id = p.event_id)`.execute(db);
  return new Set(rows.map(({ ordinal }) => Number(ordinal) - 1));
}
