/**
 * An index of events by run and ordinal: a transaction's landed events are read in storage order, not scattered by id. A digest of
 * each event's payload, to recognise that payload without reading it; null for earlier events, whose lines are parsed again.
 * And an index of results whose score date is a day: usually few, for which all results were scanned whenever links were made.
 */
export const landedPlaces = `
create unique index caliper_events_by_place on timeback.caliper_events (landed_run, landed_ordinal);
alter table timeback.caliper_events add column payload_digest uuid;
create index assessment_results_by_day on timeback.assessment_results (student_id, score_date)
  where linkable and score_day is not null;
`;
