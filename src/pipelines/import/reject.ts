import { printable } from "../../domain/values/printable.js";
import type { Reject } from "../../store/landing/rejects.js";

const EXCERPT_LENGTH = 200;
/** The reject of a CSV row. Its record is not kept for replay: the file is repaired and imported again. */
export const rejectOf = (
  file: string,
  line: number,
  { code, reason }: { code: string; reason: string },
  cells: readonly string[],
): Reject => ({
  file,
  line,
  member: 0,
  byteOffset: null,
  code,
  reason: printable(reason),
  excerpt: printable(cells.join(",").slice(0, EXCERPT_LENGTH)),
  record: null,
});
