/** Rule L2 of a database that stores no other distance. */
export const STANDARD_LINK_WINDOW_SECONDS = 86_400;

/** What shapes facts; stored in the database (docs/facts.md, "Settings"). */
export interface FactRules {
  /** IANA time zone of the days of facts. */
  zone: string;
  /** Longest time between `score_date` and `eventTime` for rule L2, inclusive. */
  linkWindowSeconds: number;
  /** Whether test users (`isTestUser`) have facts. */
  testUsers: "exclude" | "include";
}
