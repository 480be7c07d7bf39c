/**
 * What the events of each student say about how apps pay, kept between audits (docs/audit.md, "Kept counts"). A student's
 * counts are right while `counted` equals `version`, and all of them only while `counted_epoch` equals `epoch`: what
 * derives facts raises the one or the other. A change of resources may concern any student.
 * And facts by email: whoever asks about one student need not read all.
 */
export const keptCounts = `
create table timeback.calibration_state (
  id int primary key check (id = 1),
  epoch bigint not null,
  counted_epoch bigint,
  revision bigint not null,
  settings text,
  totals text
);
insert into timeback.calibration_state (id, epoch, revision) values (1, 1, 0);

create table timeback.calibration_students (
  student_id text collate "C" primary key,
  version bigint not null,
  counted bigint,
  counts text
);
create index calibration_students_stale on timeback.calibration_students (student_id) where counted is distinct from version;

create index processed_facts_by_email on timeback.processed_facts (email);

create function timeback.forget_calibration() returns trigger language plpgsql as
  $$ begin update timeback.calibration_state set epoch = epoch + 1; return null; end $$;
create trigger forget_calibration after insert or update or delete or truncate on timeback.resources
  for each statement execute function timeback.forget_calibration();
`;
