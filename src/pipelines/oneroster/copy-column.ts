import { copyValue, readCopyValue } from "../../store/copy-text.js";

/** Rewrites one column (from 0) of rows in COPY text format; null stays null. */
export function mapColumn(
  parts: readonly Buffer[],
  column: number,
  rewrite: (value: string) => string | null,
): Buffer[] {
  const lines = Buffer.concat(parts).toString("utf8").split("\n");
  const rewritten = lines.map((line) => {
    if (line === "") return line;
    const fields = line.split("\t");
    const value = readCopyValue(fields[column] ?? "\\N");
    fields[column] = copyValue(value === null ? null : rewrite(value));
    return fields.join("\t");
  });
  return [Buffer.from(rewritten.join("\n"))];
}
