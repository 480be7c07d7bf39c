/**
 * Corrections of events: each is a new row, never edited; undoing one retires it. At most one per event is live. Keyed by student, as
 * the facts they correct.
 */
export const corrections = `
create table timeback.corrections (
  student_id text collate "C" not null,
  correction_id text collate "C" not null,
  event_id uuid not null,
  generation int not null,
  own_xp numeric not null,
  excess_xp numeric not null,
  results text[] not null,
  verdict text not null,
  rule text not null,
  evidence text not null,
  reason text,
  made_by text not null,
  made_run uuid not null,
  made_at timestamptz not null,
  retired_by text,
  retired_run uuid,
  retired_at timestamptz,
  primary key (student_id, correction_id)
);
create unique index corrections_live on timeback.corrections (student_id, event_id) where retired_at is null;
create unique index corrections_by_event on timeback.corrections (event_id, generation);
`;
