/**
 * In bytes of UTF-8. Ids and emails are indexed, and PostgreSQL limits index entries to 2,704 bytes: two of them and a
 * prefix must fit.
 */
export const LONGEST_KEY_BYTES = 1_000;

const LARGEST_CHARACTER = 3; // of UTF-8, for each unit of a string

/** Whether a text is too long to be an id or an email. */
export const isLongKey = (text: string): boolean =>
  text.length * LARGEST_CHARACTER > LONGEST_KEY_BYTES && Buffer.byteLength(text) > LONGEST_KEY_BYTES;
