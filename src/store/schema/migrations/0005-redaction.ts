/** The secret under which this database's pseudonyms are made: at most one row, written by the first --redact. */
export const redactionSecret = `
create table timeback.redaction (
  id int primary key check (id = 1),
  secret text not null
);
`;
