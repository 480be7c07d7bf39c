/**
 * In bytes of UTF-8. Ids and emails are indexed, and PostgreSQL limits index entries to 2,704 bytes, which must hold two of them and
 * a prefix.
 */
export const LONGEST_KEY_BYTES = 1_000;

const LARGEST_CHARACTER = 3; // UTF-8 bytes per UTF-16 unit

/** Whether a text is too long to be an id or an email. */
export const isLongKey = (text: string): boolean =>
  text.length * LARGEST_CHARACTER > LONGEST_KEY_BYTES && Buffer.byteLength(text) > LONGEST_KEY_BYTES;
