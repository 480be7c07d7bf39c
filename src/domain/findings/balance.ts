/** The inflation from one cause on a day; XP as exact decimal text, negative if too little is counted. */
export interface BalanceCause {
  kind: string;
  xp: string;
}

/** One student's day: counted = true + every cause + unexplained. XP as exact decimal text. docs/audit.md, "The trial balance". */
export interface BalanceDay {
  studentId: string;
  email: string | null;
  date: string;
  counted: string;
  truth: string;
  causes: readonly BalanceCause[];
  unexplained: string;
}
