import { createHash } from "node:crypto";
import { lineDigest } from "../../../domain/values/digest.js";
import type { LineBatch } from "../input/lines.js";
import type { InputLine, Position } from "../input/splitter.js";

/** What tells a line from another; of one that could not be read, what is kept of it. */
const digestOf = (line: InputLine): string =>
  line.kind === "text" ? lineDigest(line.text) : lineDigest(`${line.code} ${line.reason} ${line.excerpt}`);

/** Characters that are held at most: what lives longer is copied about by the garbage collector. */
const SHORT_LIVED = 4096;

/**
 * The lines of a file up to a place: two files of one hash come to the same records up to there, at the same places. It is made
 * of the digests of the lines, which landing them needs anyway, and not of all bytes a second time. docs/caliper.md.
 */
export class LinesBefore {
  private readonly hash = createHash("sha256");
  private open = "";

  /** Takes the next line; returns its digest (src/domain/values/digest.ts). */
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

/** A place in a file, what takes the lines before it, and what throws when a stop was requested. */
interface Passing {
  place: Position;
  before: LinesBefore;
  stop(): void;
}

/** Shows `before` every line before the place; resolves to what the first batch holds that goes beyond it. */
async function passOver(
  batches: AsyncGenerator<LineBatch>,
  { place, before, stop }: Passing,
): Promise<LineBatch | undefined> {
  for (;;) {
    const { value: batch } = await batches.next();
    if (!batch) return undefined;
    const lines = batch.lines.filter(({ byteOffset }: InputLine) => byteOffset >= place.byteOffset);
    for (const line of batch.lines.slice(0, batch.lines.length - lines.length)) before.add(line);
    stop();
    if (lines.length > 0) return { lines, end: batch.end };
  }
}

/** Batches from a place on, after one without lines that ends there: by then, `before` has taken every line before it. */
export async function* passedOver(batches: AsyncGenerator<LineBatch>, passing: Passing): AsyncGenerator<LineBatch> {
  try {
    const rest = await passOver(batches, passing);
    yield { lines: [], end: passing.place };
    if (rest) yield rest;
    yield* batches;
  } finally {
    await batches.return(undefined);
  }
}
