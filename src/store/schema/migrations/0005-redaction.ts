/** The secret of this database's pseudonyms: at most one row, written by the first --redact. */
export const redactionSecret = `
create table timeback.redaction (
  id int primary key check (id = 1),
  secret text not null
);
`;
