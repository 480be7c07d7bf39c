/**
 * Calibration counts by student, kept between audits (docs/audit.md, "Kept counts"), their totals, and marks of later changes: a
 * student, or null for changes that may affect all, such as resources. Marks are only added, so runs never wait for each other or for
 * an audit. Also an index of facts by email, for queries about one student.
 */
export const keptCounts = `
create table timeback.calibration_state (
  id int primary key check (id = 1),
  revision bigint not null,
  settings text,
  totals text
);
insert into timeback.calibration_state (id, revision) values (1, 0);

create table timeback.calibration_students (
  student_id text collate "C" primary key,
  counts text not null
);

create table timeback.calibration_marks (
  id bigint generated always as identity,
  student_id text collate "C"
);

create index processed_facts_by_email on timeback.processed_facts (email);

create function timeback.forget_calibration() returns trigger language plpgsql as
  $$ begin insert into timeback.calibration_marks (student_id) values (null); return null; end $$;
create trigger forget_calibration after insert or update or delete or truncate on timeback.resources
  for each statement execute function timeback.forget_calibration();
`;
