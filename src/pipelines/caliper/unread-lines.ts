import { textDigest } from "../../domain/text-digest.js";
import { BinaryRows } from "../../store/binary-rows.js";
import type { SupposedPayload } from "../../store/landed-payloads.js";
import { alone } from "./event-row.js";
import type { Line } from "./record.js";
import type { InputLine } from "./splitter.js";

/** The first id in a line: that of a bare event, as a rule. Where it is another one, nothing is found under it. */
const FIRST_ID = /"(?:externalI|i)d"\s*:\s*"(?:urn:uuid:)?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"/;
/** What stands before the text in a row of one column. */
const BEFORE_TEXT = 6;

/** Lines that may well be landed as they stand. Hardly any text of them is asked for again: so they lie outside of the heap. */
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

  add({ text, file, number, byteOffset }: Line): void {
    const eventId = FIRST_ID.exec(text)?.[1];
    if (eventId !== undefined) {
      this.placesOfSupposed.push(this.length);
      this.supposed.push({ eventId: alone(eventId).toLowerCase(), digest: textDigest(text.trim()) });
    }
    this.addresses.push({ file, number, byteOffset });
    this.texts.add([text]);
  }

  /** The lines but those whose places among the supposed ones are not `unlike`, in order. */
  without(unlike: ReadonlySet<number>): InputLine[] {
    const known = new Set(this.placesOfSupposed.filter((_, ordinal) => !unlike.has(ordinal)));
    if (known.size === this.length) return [];
    const left = this.addresses.map((address, place) => ({ address, place })).filter(({ place }) => !known.has(place));
    const texts = this.texts.at(new Set(left.map(({ place }) => place)));
    return left.map(({ address }, n) => ({
      kind: "text",
      ...address,
      text: texts[n]?.toString("utf8", BEFORE_TEXT) ?? "",
    }));
  }

  /** Empties it, and lets its room be used for other lines. */
  clear(): void {
    this.texts.release();
    for (const list of [this.supposed, this.placesOfSupposed, this.addresses]) list.length = 0;
  }
}
