/**
 * The payloads of events in a table of their own: what derives facts and audits them reads every event, and never its
 * payload, which is most of an event's bytes. They are found by their place in the run that landed them, and not by their
 * event's id: new rows then stand at the end of the index, which ids, that have no order, would make them jump about in.
 * The events are written anew, those of one actor together. A payload goes when its event does.
 */
export const payloads = `
create table timeback.caliper_payloads (
  landed_run uuid not null,
  landed_ordinal bigint not null,
  payload text not null,
  event_id uuid
);
insert into timeback.caliper_payloads
select landed_run, row_number() over (partition by landed_run order by event_id), payload, event_id from timeback.caliper_events;
alter table timeback.caliper_events drop column payload, add column landed_ordinal bigint;
update timeback.caliper_events e set landed_ordinal = p.landed_ordinal from timeback.caliper_payloads p where p.event_id = e.event_id;
alter table timeback.caliper_events alter column landed_ordinal set not null;
alter table timeback.caliper_payloads drop column event_id, add primary key (landed_run, landed_ordinal);
cluster timeback.caliper_events using caliper_events_by_actor;
alter table timeback.caliper_events set without cluster;

create function timeback.drop_payloads() returns trigger language plpgsql as
  $$ begin delete from timeback.caliper_payloads p using gone where p.landed_run = gone.landed_run and p.landed_ordinal = gone.landed_ordinal; return null; end $$;
create trigger drop_payloads after delete on timeback.caliper_events referencing old table as gone
  for each statement execute function timeback.drop_payloads();
create function timeback.truncate_payloads() returns trigger language plpgsql as
  $$ begin truncate timeback.caliper_payloads; return null; end $$;
create trigger truncate_payloads after truncate on timeback.caliper_events
  for each statement execute function timeback.truncate_payloads();
`;
