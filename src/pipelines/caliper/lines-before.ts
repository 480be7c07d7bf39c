import { createHash } from "node:crypto";
import { lineDigest } from "../../domain/line-digest.js";
import type { LineBatch } from "./lines.js";
import type { InputLine, Position } from "./splitter.js";

/** What tells a line from another; of one that could not be read, what is kept of it. */
const digestOf = (line: InputLine): string =>
  line.kind === "text" ? lineDigest(line.text) : lineDigest(`${line.code} ${line.reason} ${line.excerpt}`);

/** Characters that are held at most: what lives longer is copied about by the garbage collector. */
const SHORT_LIVED = 4096;

/**
 * The lines of a file up to a place: two files of one hash hold the same records up to there, at the same places. It is made
 * of the digests of the lines, which landing them needs anyway, and not of all bytes a second time.
 */
export class LinesBefore {
  private readonly hash = createHash("sha256");
  private open = "";

  /** Takes the next line; returns its digest (src/domain/line-digest.ts). */
  add(line: InputLine): string {
    const digest = digestOf(line);
    this.open += `${line.number} ${line.byteOffset} ${digest}\n`;
    if (this.open.length > SHORT_LIVED) this.flush();
    return digest;
  }

  private flush(): void {
    this.hash.update(this.open);
    this.open = "";
  }

  /** Of the lines that were taken so far, in hexadecimal. */
  sha256(): string {
    this.flush();
    return this.hash.copy().digest("hex");
  }
}

/** Batches from a place on, after one without lines that ends there: by then, `before` has taken every line before it. */
export async function* passedOver(
  batches: AsyncGenerator<LineBatch>,
  { place, before, stop }: { place: Position; before: LinesBefore; stop(): void },
): AsyncGenerator<LineBatch> {
  let isThere = false;
  for await (const { lines, end } of batches) {
    const rest = isThere ? lines : lines.filter(({ byteOffset }) => byteOffset >= place.byteOffset);
    for (const line of lines.slice(0, lines.length - rest.length)) before.add(line);
    stop();
    if (rest.length === 0) continue;
    if (!isThere) yield { lines: [], end: place };
    isThere = true;
    yield { lines: rest, end };
  }
  if (!isThere) yield { lines: [], end: place };
}
