/** The schema of the analytics database that `import oneroster` fills, and that the ETL reads where no source database is named. */
export const IMPORTED_SCHEMA = "oneroster";

/** How many days before its watermark the ETL starts to read, by default. */
export const OVERLAP_DAYS = 7;
