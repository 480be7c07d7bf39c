import { linesOf, type ReadOptions } from "../../src/pipelines/caliper/input/lines.js";
import type { InputLine } from "../../src/pipelines/caliper/input/splitter.js";

/** Blocks share one buffer, as those of a file do, so that a line that was held without a copy shows. */
export function* blocksOf(bytes: Buffer, size: number): Generator<Buffer> {
  const block = Buffer.alloc(size);
  for (let start = 0; start < bytes.length; start += size) {
    yield block.subarray(0, bytes.copy(block, 0, start, start + size));
  }
}

/** Every line of the bytes, read in blocks of `size`. */
export async function readAll(
  bytes: Buffer | string,
  options: ReadOptions & { size?: number } = {},
): Promise<InputLine[]> {
  const { size = 1 << 16, ...rest } = options;
  const lines: InputLine[] = [];
  for await (const batch of linesOf(blocksOf(Buffer.from(bytes), size), "in", rest)) lines.push(...batch.lines);
  return lines;
}

/** Reads `2@10 text` and `3@15 not-utf8!`: number, offset, and the text or the code. */
export const brief = (lines: InputLine[]) =>
  lines.map((line) => `${line.number}@${line.byteOffset} ${line.kind === "text" ? line.text : `${line.code}!`}`);
