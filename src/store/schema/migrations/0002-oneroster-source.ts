/**
 * Schema `oneroster`: a OneRoster source that `import oneroster` fills and the ETL reads. Names are those of a OneRoster database;
 * timestamps have no zone and hold UTC. Existing tables are left unchanged. The unique constraints provide the index by which the ETL
 * pages.
 */
export const onerosterSource = `
create schema if not exists oneroster;

create table if not exists oneroster.users (
  sourced_id text primary key,
  status text not null default 'active',
  date_last_modified timestamp default (now() at time zone 'utc'),
  enabled_user text,
  given_name text,
  family_name text,
  email text,
  metadata jsonb,
  unique (date_last_modified, sourced_id)
);

create table if not exists oneroster.courses (
  sourced_id text primary key,
  status text not null default 'active',
  date_last_modified timestamp default (now() at time zone 'utc'),
  title text,
  subjects text[],
  metadata jsonb,
  unique (date_last_modified, sourced_id)
);

create table if not exists oneroster.course_components (
  sourced_id text primary key,
  status text not null default 'active',
  date_last_modified timestamp default (now() at time zone 'utc'),
  course_sourced_id text,
  title text,
  sort_order int,
  metadata jsonb,
  unique (date_last_modified, sourced_id)
);

create table if not exists oneroster.resources (
  sourced_id text primary key,
  status text not null default 'active',
  date_last_modified timestamp default (now() at time zone 'utc'),
  title text,
  importance text,
  vendor_resource_id text,
  metadata jsonb,
  unique (date_last_modified, sourced_id)
);

create table if not exists oneroster.component_resources (
  sourced_id text primary key,
  status text not null default 'active',
  date_last_modified timestamp default (now() at time zone 'utc'),
  component_sourced_id text,
  resource_sourced_id text,
  title text,
  sort_order int,
  metadata jsonb,
  unique (date_last_modified, sourced_id)
);

create table if not exists oneroster.assessment_line_items (
  sourced_id text primary key,
  status text not null default 'active',
  date_last_modified timestamp default (now() at time zone 'utc'),
  title text,
  description text,
  class_sourced_id text,
  parent_sourced_id text,
  component_sourced_id text,
  component_resource_sourced_id text,
  course_sourced_id text,
  result_value_min real,
  result_value_max real,
  metadata jsonb,
  unique (date_last_modified, sourced_id)
);

create table if not exists oneroster.assessment_results (
  sourced_id text primary key,
  status text not null default 'active',
  date_last_modified timestamp default (now() at time zone 'utc'),
  assessment_line_item_sourced_id text not null,
  student_sourced_id text not null,
  score real,
  text_score text,
  score_date timestamp not null,
  score_date_is_day boolean not null default false,
  score_status text,
  comment text,
  in_progress boolean,
  incomplete boolean,
  late boolean,
  missing boolean,
  metadata jsonb,
  unique (date_last_modified, sourced_id)
);
`;
