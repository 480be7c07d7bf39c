/**
 * Events found by their place in the run that landed them: what a transaction has landed is read in the order in which it
 * stands, and not by ids, which lie all over. And a digest of each event's payload beside the event: whether a line is that
 * payload is told without reading it. Events of before have none; theirs is made where it is asked for.
 */
export const landedPlaces = `
create unique index caliper_events_by_place on timeback.caliper_events (landed_run, landed_ordinal);
alter table timeback.caliper_events add column payload_digest uuid;
`;
