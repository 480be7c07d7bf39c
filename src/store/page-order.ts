/**
 * What a page may do while the page before it is under way on another connection. Rows that no page has landed yet may
 * be inserted as soon as the page before has inserted its own; all else waits until the page before is committed.
 */
export interface PageOrder {
  /** Resolves when the page before has inserted its new rows. */
  mayInsert(): Promise<void>;
  /** Says that this page has inserted its new rows; resolves when the page before is committed, and rejects when it failed. */
  alone(): Promise<void>;
}
