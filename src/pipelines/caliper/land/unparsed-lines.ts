import { detached } from "../../../domain/values/own-text.js";
import { BinaryRows, onlyText } from "../../../store/copy/binary-rows.js";
import type { SupposedPayload } from "../../../store/landing/known-payloads.js";
import type { InputLine } from "../input/splitter.js";
import type { Line } from "../parse/record.js";

/** The first id in a line: that of a bare event, as a rule. Where it is another one, nothing is found under it. */
const FIRST_ID = /"(?:externalI|i)d"\s*:\s*"(?:urn:uuid:)?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"/;

/** Lines that were probably landed before. Few of them are ever parsed, so their text is kept outside the JavaScript heap. */
export class UnreadLines {
  /** Of the lines that have an id: whose payloads they may be. */
  readonly supposed: SupposedPayload[] = [];
  private readonly placesOfSupposed: number[] = [];
  private readonly addresses: Omit<Line, "text">[] = [];
  private readonly texts = new BinaryRows(["text"]);

  get length(): number {
    return this.addresses.length;
  }

  /** About how much room they take. */
  get bytes(): number {
    return this.texts.bytes;
  }

  /** `digest` is that of the line (src/domain/values/digest.ts). */
  add({ text, file, number, byteOffset }: Line, digest: string): void {
    const eventId = FIRST_ID.exec(text)?.[1];
    if (eventId !== undefined) {
      this.placesOfSupposed.push(this.length);
      this.supposed.push({ eventId: detached(eventId).toLowerCase(), digest });
    }
    this.addresses.push({ file, number, byteOffset });
    this.texts.add([text]);
  }

  /** The lines that must be parsed, in order: those without an id, and the supposed ones at the places in `changed`. */
  toRead(changed: ReadonlySet<number>): InputLine[] {
    const known = new Set(this.placesOfSupposed.filter((_, ordinal) => !changed.has(ordinal)));
    if (known.size === this.length) return [];
    const places = new Set([...this.addresses.keys()].filter((place) => !known.has(place)));
    const texts = this.texts.at(places).map(onlyText);
    return this.addresses
      .filter((_, place) => places.has(place))
      .map((address, n) => ({ kind: "text", ...address, text: texts[n] ?? "" }));
  }

  /** Empties it, and lets its room be used for other lines. */
  clear(): void {
    this.texts.release();
    for (const list of [this.supposed, this.placesOfSupposed, this.addresses]) list.length = 0;
  }
}
