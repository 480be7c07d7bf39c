/**
 * What resources paid before: the audit judges an event by the base XP of its time. `xp_since` is the date_last_modified of
 * the reading that first showed the XP of today; a version is what stood before an XP changed, or before the row was gone.
 */
export const resourceHistory = `
alter table timeback.resources add column xp_since timestamptz;
update timeback.resources set xp_since = date_last_modified;
create table timeback.resource_versions (
  sourced_id text collate "C" not null,
  version int not null,
  xp numeric,
  xp_since timestamptz,
  primary key (sourced_id, version)
);
`;
