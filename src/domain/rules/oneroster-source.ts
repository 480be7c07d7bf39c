/** The schema of the analytics database that `import oneroster` fills, and that the ETL reads if no source database is given. */
export const IMPORTED_SCHEMA = "oneroster";

/** Default overlap of the ETL before its watermark, in days. */
export const OVERLAP_DAYS = 7;
