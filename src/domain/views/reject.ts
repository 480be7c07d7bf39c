/** A quarantined record as it is listed; numbers are decimal text. */
export interface ListedReject {
  id: string;
  runId: string;
  file: string;
  /** 1-based; null where the input has no lines (a database table). */
  line: string | null;
  byteOffset: string | null;
  code: string;
  reason: string;
  excerpt: string;
  firstSeen: string;
  lastSeen: string;
}

/** A reject with everything that is kept of it. */
export interface WholeReject extends ListedReject {
  /** Place of the record in its line, from 0. */
  member: string;
  /** The line (or row) as it was read; null where it could not be kept. */
  record: string | null;
}

/** Rejects of one code. */
export interface CodeCount {
  code: string;
  count: number;
}
