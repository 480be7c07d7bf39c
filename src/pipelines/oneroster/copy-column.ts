import { Blocks } from "../../store/copy/buffer-pool.js";
import { copyValue, readCopyValue } from "../../store/copy/text-rows.js";

/** Rewrites one column (from 0) of rows in COPY text format, and releases the originals; null stays null. */
export function mapColumn(rows: Blocks, column: number, rewrite: (value: string) => string | null): Blocks {
  const rewritten = new Blocks();
  for (const line of Buffer.concat(rows.all()).toString("utf8").split("\n")) {
    if (line === "") continue;
    const fields = line.split("\t");
    const value = readCopyValue(fields[column] ?? "\\N");
    fields[column] = copyValue(value === null ? null : rewrite(value));
    rewritten.addText(`${fields.join("\t")}\n`);
  }
  rows.release();
  return rewritten;
}
