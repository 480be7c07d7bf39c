/** Rule L2 of a database that stores no other distance. */
export const STANDARD_LINK_WINDOW_SECONDS = 86_400;

/** What shapes facts; stored in the database (docs/facts.md, "Settings"). */
export interface FactRules {
  /** IANA zone whose days the facts stand on. */
  zone: string;
  /** Greatest distance between `score_date` and `eventTime` for rule L2, inclusive. */
  linkWindowSeconds: number;
  /** Whether facts of test users (`isTestUser`) are made. */
  testUsers: "exclude" | "include";
}
