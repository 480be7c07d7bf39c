/**
 * The run log records who ran what: user and role, arguments without secrets, the connection (to tell a running run from one that was
 * killed), and the watermark of each source table before and after. Null for runs of older versions.
 */
export const runLog = `
alter table timeback.runs
  add column os_user text,
  add column db_role text,
  add column backend_pid int,
  add column arguments jsonb,
  add column watermark_before jsonb,
  add column watermark_after jsonb;
`;
