/**
 * The run log says who ran what: user and role, arguments without secrets, the connection (to tell a run at work from one
 * that was killed), and how far each source table was read before and after. Runs of older versions have nulls there.
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
