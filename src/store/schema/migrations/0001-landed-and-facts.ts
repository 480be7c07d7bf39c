/**
 * Landed rows (events never change; OneRoster rows keep their last-read state), the facts derived from them, and the
 * run log. Landed rows are keyed by their own record id; facts by (student_id, fact_key), so that they can be sharded.
 * Ids and keys compare byte by byte (collation C): one order everywhere, and several times faster than a locale's.
 */
export const landedAndFacts = `
create table timeback.settings (
  key text primary key,
  value text not null
);

create table timeback.runs (
  run_id uuid primary key,
  command text not null,
  program_version text not null,
  host text not null,
  pid int not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  outcome text,
  summary jsonb
);

create table timeback.watermarks (
  source_table text primary key,
  date_last_modified text,
  sourced_id text collate "C"
);

create table timeback.ingest_checkpoints (
  file text primary key,
  byte_offset bigint not null,
  line bigint not null,
  prefix_sha256 text not null,
  counts jsonb not null,
  saved_at timestamptz not null default now()
);

create table timeback.caliper_actors (
  actor_key uuid primary key,
  segment text collate "C",
  looks_like_user boolean not null,
  email text collate "C",
  student_id text collate "C" not null
);
create index on timeback.caliper_actors (student_id);
create index on timeback.caliper_actors (email);
create index on timeback.caliper_actors (segment);

create table timeback.caliper_events (
  event_id uuid primary key,
  event_type text not null,
  linkable boolean not null,
  has_metrics boolean not null,
  actor_key uuid not null,
  occurred_at timestamptz not null,
  attempt int,
  xp numeric,
  total_questions numeric,
  correct_questions numeric,
  mastered_units numeric,
  active_seconds numeric,
  inactive_seconds numeric,
  waste_seconds numeric,
  unknown_seconds numeric,
  anti_pattern_seconds numeric,
  activity_key text collate "C",
  object_slug text collate "C",
  subject text,
  app text,
  course_id text collate "C",
  course_name text,
  activity_name text,
  caliper_run_id text,
  landed_run uuid not null,
  payload text not null
);
create index caliper_events_by_actor on timeback.caliper_events (actor_key, linkable, occurred_at);

create table timeback.caliper_conflicts (
  event_id uuid not null,
  digest text not null,
  file text not null,
  line bigint not null,
  payload text not null,
  landed_run uuid not null,
  first_seen timestamptz not null default now(),
  last_seen timestamptz not null default now(),
  primary key (event_id, digest)
);

create table timeback.rejects (
  id text primary key,
  run_id uuid not null,
  file text not null,
  line bigint,
  member int not null,
  byte_offset bigint,
  code text not null,
  reason text not null,
  excerpt text not null,
  record text,
  first_seen timestamptz not null default now(),
  last_seen timestamptz not null default now()
);

create table timeback.users (
  sourced_id text collate "C" primary key,
  date_last_modified timestamptz,
  status text,
  email text collate "C",
  is_test_user boolean not null
);
create index on timeback.users (email);

create table timeback.courses (
  sourced_id text collate "C" primary key,
  date_last_modified timestamptz,
  title text,
  subject text
);

create table timeback.course_components (
  sourced_id text collate "C" primary key,
  date_last_modified timestamptz,
  course_id text collate "C",
  title text
);

create table timeback.resources (
  sourced_id text collate "C" primary key,
  date_last_modified timestamptz,
  title text,
  xp numeric,
  activity_type text,
  resource_type text
);

create table timeback.component_resources (
  sourced_id text collate "C" primary key,
  date_last_modified timestamptz,
  component_id text collate "C",
  resource_id text collate "C",
  title text
);

create table timeback.assessment_line_items (
  sourced_id text collate "C" primary key,
  date_last_modified timestamptz,
  title text,
  parent_id text collate "C",
  component_id text collate "C",
  component_resource_id text collate "C",
  course_id text collate "C"
);

create table timeback.assessment_results (
  sourced_id text collate "C" primary key,
  date_last_modified timestamptz,
  status text,
  vanished boolean not null default false,
  line_item_id text collate "C" not null,
  activity_key text collate "C" not null,
  of_child_line_item boolean not null,
  linkable boolean generated always as (
    not vanished and not of_child_line_item and lower(coalesce(status, 'active')) = 'active') stored,
  student_id text collate "C" not null,
  score_date timestamptz not null,
  score_day date,
  score_status text,
  ended_at timestamptz,
  completed_at timestamptz,
  xp numeric,
  xp_since timestamptz,
  multiplier numeric,
  attempt int,
  total_questions numeric,
  correct_questions numeric,
  mastered_units numeric,
  xp_reason text,
  subject text,
  app text,
  course_id text collate "C",
  event_refs uuid[],
  metadata text
);
create index assessment_results_by_score_date on timeback.assessment_results (student_id, score_date) where linkable;
create index assessment_results_by_ended_at on timeback.assessment_results (student_id, ended_at)
  where linkable and ended_at is not null;
create index assessment_results_by_event_ref on timeback.assessment_results using gin (event_refs)
  where linkable and event_refs is not null;

create table timeback.assessment_result_versions (
  sourced_id text collate "C" not null,
  version int not null,
  date_last_modified timestamptz,
  status text,
  vanished boolean not null,
  line_item_id text collate "C" not null,
  student_id text collate "C" not null,
  score_date timestamptz not null,
  ended_at timestamptz,
  completed_at timestamptz,
  xp numeric,
  xp_since timestamptz,
  multiplier numeric,
  attempt int,
  xp_reason text,
  primary key (sourced_id, version)
);

create table timeback.processed_facts (
  student_id text collate "C" not null,
  fact_key text collate "C" not null,
  event_type text not null,
  email text collate "C",
  occurred_at timestamptz not null,
  date date not null,
  time_zone text not null,
  subject text,
  app text,
  course_id text collate "C",
  activity_id text,
  course_name text,
  activity_name text,
  attempt int,
  run_id text,
  xp_earned numeric(12,2),
  total_questions numeric,
  correct_questions numeric,
  mastered_units numeric,
  active_seconds numeric(12,2),
  inactive_seconds numeric(12,2),
  waste_seconds numeric(12,2),
  unknown_seconds numeric(12,2),
  anti_pattern_seconds numeric(12,2),
  xp_source text,
  link_rule text,
  correction_id text,
  sources text[] not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (student_id, fact_key)
) with (fillfactor = 85);

create view timeback.facts_checksum as
select md5(coalesce(string_agg(md5(array_to_json(array[
  student_id,
  fact_key,
  event_type,
  email,
  to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
  to_char(date, 'YYYY-MM-DD'),
  time_zone,
  subject,
  app,
  course_id,
  activity_id,
  course_name,
  activity_name,
  attempt::text,
  run_id,
  xp_earned::text,
  total_questions::text,
  correct_questions::text,
  mastered_units::text,
  active_seconds::text,
  inactive_seconds::text,
  waste_seconds::text,
  unknown_seconds::text,
  anti_pattern_seconds::text,
  xp_source,
  link_rule,
  correction_id,
  array_to_json(sources)::text
])::text), '' order by student_id collate "C", fact_key collate "C"), '')) as checksum
from timeback.processed_facts;
`;
