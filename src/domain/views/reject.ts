/** A quarantined record in a list; numbers are decimal text. */
export interface ListedReject {
  id: string;
  runId: string;
  file: string;
  /** 1-based; null if the input has no lines (a database table). */
  line: string | null;
  byteOffset: string | null;
  code: string;
  reason: string;
  excerpt: string;
  firstSeen: string;
  lastSeen: string;
}

/** A reject with all its stored values. */
export interface WholeReject extends ListedReject {
  /** Index of the record in its line, from 0. */
  member: string;
  /** The line (or row) as read; null if it could not be stored. */
  record: string | null;
}

/** The number of rejects with one code. */
export interface CodeCount {
  code: string;
  count: number;
}
