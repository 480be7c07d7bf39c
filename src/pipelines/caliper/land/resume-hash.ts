import { createHash } from "node:crypto";
import { lineDigest } from "../../../domain/values/digest.js";
import type { LineBatch } from "../input/lines.js";
import type { InputLine, Position } from "../input/splitter.js";

/** Digest of a line; of one that could not be read, of its reject. */
const digestOf = (line: InputLine): string =>
  line.kind === "text" ? lineDigest(line.text) : lineDigest(`${line.code} ${line.reason} ${line.excerpt}`);

/** Characters held at most: longer-lived text would be copied by the garbage collector. */
const SHORT_LIVED = 4096;

/**
 * Hash of a file's lines up to a place: equal hashes mean the same records at the same places. It is computed from the digests of the
 * lines, which landing needs anyway, rather than from all bytes a second time. docs/caliper.md.
 */
export class ResumeHash {
  private readonly hash = createHash("sha256");
  private open = "";

  /** Adds the next line and returns its digest (src/domain/values/digest.ts). */
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

  /** The hash of the lines so far, in hexadecimal. */
  sha256(): string {
    this.flush();
    return this.hash.copy().digest("hex");
  }
}

/** Where to resume, the hash that takes the lines before, and `stop`, which throws if the run was asked to stop. */
interface ResumePoint {
  place: Position;
  before: ResumeHash;
  stop(): void;
}

/** Adds every line before the place to `before`; resolves to the rest of the first batch that extends beyond the place. */
async function hashLinesBefore(
  batches: AsyncGenerator<LineBatch>,
  { place, before, stop }: ResumePoint,
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

/** Batches from a place on, preceded by an empty one that ends there: by then `before` holds every line before it. */
export async function* batchesFrom(batches: AsyncGenerator<LineBatch>, point: ResumePoint): AsyncGenerator<LineBatch> {
  try {
    const rest = await hashLinesBefore(batches, point);
    yield { lines: [], end: point.place };
    if (rest) yield rest;
    yield* batches;
  } finally {
    await batches.return(undefined);
  }
}
