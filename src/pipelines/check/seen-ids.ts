import { createHash } from "node:crypto";
import type { CheckedEvent } from "./records.js";

/** Where an event was read. */
export interface Address {
  file: string;
  line: number;
}

/** Whether an event id is new, repeats the same content, or conflicts with an earlier one. */
export type Seen = { kind: "new" } | { kind: "same" } | { kind: "conflict"; first: Address };

const DIGEST_BYTES = 12;
const ID_BYTES = 16;

/** A digest of the fields that facts read: those that `ingest` compares. docs/facts.md. */
function digestOf({ eventId, ...fields }: CheckedEvent): string {
  const { payload: _, ...read } = fields as typeof fields & { payload?: string };
  const hash = createHash("sha256")
    .update(JSON.stringify([eventId, read]))
    .digest();
  return hash.toString("latin1", 0, DIGEST_BYTES);
}

/** Keeps each event id once, with a digest of its content and its first address: about 200 bytes per id. */
export class SeenIds {
  private readonly ids = new Map<string, string>();
  private readonly files: string[] = [];

  see(event: CheckedEvent, { file, line }: Address): Seen {
    const id = Buffer.from(event.eventId.replaceAll("-", ""), "hex").toString("latin1", 0, ID_BYTES);
    const digest = digestOf(event);
    const known = this.ids.get(id);
    if (known === undefined) {
      this.ids.set(id, `${digest}${this.fileNumber(file)}:${line}`);
      return { kind: "new" };
    }
    if (known.startsWith(digest)) return { kind: "same" };
    const [number = "0", first = "0"] = known.slice(DIGEST_BYTES).split(":");
    return { kind: "conflict", first: { file: this.files[Number(number)] ?? file, line: Number(first) } };
  }

  private fileNumber(file: string): number {
    if (this.files.at(-1) !== file) this.files.push(file);
    return this.files.length - 1;
  }
}
