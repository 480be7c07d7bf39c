/**
 * Events found by their place in the run that landed them: what a transaction has landed is read in the order in which it
 * stands, and not by ids, which lie all over. And a digest of each event's payload beside the event: whether a line is that
 * payload is told without reading it. Events of before have none; theirs is made where it is asked for. And results whose score
 * date is a day: few as a rule, for which all results were looked through whenever links were made.
 */
export const landedPlaces = `
create unique index caliper_events_by_place on timeback.caliper_events (landed_run, landed_ordinal);
alter table timeback.caliper_events add column payload_digest uuid;
create index assessment_results_by_day on timeback.assessment_results (student_id, score_date)
  where linkable and score_day is not null;
`;
