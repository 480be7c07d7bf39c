import { detached } from "../../../domain/values/own-text.js";
import { BinaryRows, onlyText } from "../../../store/copy/binary-rows.js";
import type { CandidatePayload } from "../../../store/landing/known-payloads.js";
import type { InputLine } from "../input/splitter.js";
import type { Line } from "../parse/record.js";

/** The first id in a line: usually that of a bare event. If it is another id, no payload is found under it. */
const FIRST_ID = /"(?:externalI|i)d"\s*:\s*"(?:urn:uuid:)?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"/;

/** Lines that are probably landed already, kept outside the JS heap until their digests are checked. */
export class UnparsedLines {
  /** For each line with an id: the payload that it may be. */
  readonly candidates: CandidatePayload[] = [];
  private readonly placesOfCandidates: number[] = [];
  private readonly addresses: Omit<Line, "text">[] = [];
  private readonly texts = new BinaryRows(["text"]);

  get length(): number {
    return this.addresses.length;
  }

  /** Approximate memory use. */
  get bytes(): number {
    return this.texts.bytes;
  }

  /** `digest` is that of the line (src/domain/values/digest.ts). */
  add({ text, file, number, byteOffset }: Line, digest: string): void {
    const eventId = FIRST_ID.exec(text)?.[1];
    if (eventId !== undefined) {
      this.placesOfCandidates.push(this.length);
      this.candidates.push({ eventId: detached(eventId).toLowerCase(), digest });
    }
    this.addresses.push({ file, number, byteOffset });
    this.texts.add([text]);
  }

  /** The lines to parse, in order: those without an id, and the candidates at the indexes `notLanded`. */
  toParse(notLanded: ReadonlySet<number>): InputLine[] {
    const known = new Set(this.placesOfCandidates.filter((_, ordinal) => !notLanded.has(ordinal)));
    if (known.size === this.length) return [];
    const places = new Set([...this.addresses.keys()].filter((place) => !known.has(place)));
    const texts = this.texts.at(places).map(onlyText);
    return this.addresses
      .filter((_, place) => places.has(place))
      .map((address, n) => ({ kind: "text", ...address, text: texts[n] ?? "" }));
  }

  /** Empties it and returns its buffers to the pool. */
  clear(): void {
    this.texts.release();
    for (const list of [this.candidates, this.placesOfCandidates, this.addresses]) list.length = 0;
  }
}
