/**
 * Payloads of events in a table of their own: deriving and auditing facts reads every event but never its payload, which is most of
 * its bytes. They are keyed by run and ordinal, not by event id, so that new rows are appended to the index instead of being
 * scattered by random ids. The change of type at the end rewrites the events without the dropped column. A payload is deleted with
 * its event.
 */
export const payloads = `
alter table timeback.caliper_events add column landed_ordinal int not null generated always as identity;
create table timeback.caliper_payloads as select landed_run, landed_ordinal::bigint, payload from timeback.caliper_events;
alter table timeback.caliper_payloads alter column landed_run set not null, alter column landed_ordinal set not null,
  alter column payload set not null, add primary key (landed_run, landed_ordinal);
alter table timeback.caliper_events alter column landed_ordinal drop identity, drop column payload;
alter table timeback.caliper_events alter column landed_ordinal type bigint;

create function timeback.drop_payloads() returns trigger language plpgsql as
  $$ begin delete from timeback.caliper_payloads p using gone where p.landed_run = gone.landed_run and p.landed_ordinal = gone.landed_ordinal; return null; end $$;
create trigger drop_payloads after delete on timeback.caliper_events referencing old table as gone
  for each statement execute function timeback.drop_payloads();
create function timeback.truncate_payloads() returns trigger language plpgsql as
  $$ begin truncate timeback.caliper_payloads; return null; end $$;
create trigger truncate_payloads after truncate on timeback.caliper_events
  for each statement execute function timeback.truncate_payloads();
`;
