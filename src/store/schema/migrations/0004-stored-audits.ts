/**
 * Audits of all students and their findings. A finding has one row while its claim is unchanged, from the first audit that found it
 * to the last one; `last_audit` is null while the newest audit has it. Keyed by student, as facts are.
 */
export const storedAudits = `
create table timeback.audit_runs (
  run_id uuid primary key,
  number int not null unique,
  finished_at timestamptz not null,
  rule_version text not null,
  students bigint not null,
  facts bigint not null,
  counted_xp numeric not null,
  inflation_xp numeric not null,
  confirmed int not null,
  probable int not null,
  suspected int not null
);

create table timeback.findings (
  student_id text collate "C" not null,
  finding_id text collate "C" not null,
  first_audit int not null,
  last_audit int,
  kind text not null,
  verdict text not null,
  email text collate "C",
  date date,
  app text collate "C",
  summary text not null,
  counted numeric not null,
  truth numeric not null,
  inflation numeric not null,
  pending boolean not null,
  body text not null,
  primary key (student_id, finding_id, first_audit)
);
create index findings_by_id on timeback.findings (finding_id);
create index findings_by_audit on timeback.findings (last_audit, first_audit);
`;
