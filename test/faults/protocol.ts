/** A message of PostgreSQL's protocol, with its head. `type` is empty for the messages before a session begins. */
export interface Message {
  type: string;
  bytes: Buffer;
}

const SESSION_STARTS = 0x0003_0000;
const TYPE_BYTES = 1;
const LENGTH_BYTES = 4;
const HEAD = TYPE_BYTES + LENGTH_BYTES;

/** Cuts a stream into messages; the first ones of a client have no type. */
export class MessageSplitter {
  private rest: Buffer = Buffer.alloc(0);

  constructor(private isTyped: boolean) {}

  /** The messages that are complete with these bytes. */
  push(bytes: Buffer): Message[] {
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    const messages: Message[] = [];
    for (let size = this.nextSize(); size !== undefined; size = this.nextSize()) {
      messages.push(this.take(size));
    }
    return messages;
  }

  private nextSize(): number | undefined {
    const head = this.isTyped ? TYPE_BYTES : 0;
    if (this.rest.length < head + LENGTH_BYTES) return undefined;
    const size = head + this.rest.readUInt32BE(head);
    return this.rest.length < size ? undefined : size;
  }

  private take(size: number): Message {
    const bytes = this.rest.subarray(0, size);
    this.rest = this.rest.subarray(size);
    if (this.isTyped) return { type: String.fromCharCode(bytes[0] ?? 0), bytes };
    this.isTyped = bytes.readUInt32BE(LENGTH_BYTES) === SESSION_STARTS; // else a request for TLS, or to cancel
    return { type: "", bytes };
  }
}

/** A statement is a simple query, the execution of a prepared one, or the end of a COPY; a commit is one as well. */
export type Kind = "statement" | "commit" | "copy data";

/** What a client sends at once, and what it then waits for. */
export interface Batch {
  bytes: Buffer;
  kinds: Kind[];
  /** Types of the answer after which the client goes on. */
  answers: string;
}

const ENDS = new Set(["", "Q", "S", "H", "d", "c", "f", "X", "p", "F"]);
const STATEMENTS = new Set(["Q", "E", "c"]);
const AFTER_FLUSH = "sCE";
const AFTER_SYNC = "ZG";

function kindsOf(messages: readonly Message[]): Kind[] {
  if (messages.some(({ type }) => type === "d")) return ["copy data"];
  if (!messages.some(({ type }) => STATEMENTS.has(type))) return [];
  const isCommit = messages.some(({ type, bytes }) => type === "Q" && /^commit/i.test(bytes.toString("latin1", HEAD)));
  return isCommit ? ["statement", "commit"] : ["statement"];
}

/** Gathers the messages of a client into batches. */
export class BatchGatherer {
  private open: Message[] = [];

  /** The batch that ends with this message, if one does. */
  add(message: Message): Batch | undefined {
    this.open.push(message);
    if (!ENDS.has(message.type)) return undefined;
    const messages = this.open;
    this.open = [];
    return {
      bytes: Buffer.concat(messages.map(({ bytes }) => bytes)),
      kinds: kindsOf(messages),
      answers: message.type === "H" ? AFTER_FLUSH : AFTER_SYNC,
    };
  }
}

function message(type: string, text: string): Buffer {
  const body = Buffer.from(`${text}\0`);
  const head = Buffer.alloc(HEAD);
  head.write(type);
  head.writeUInt32BE(body.length + LENGTH_BYTES, TYPE_BYTES);
  return Buffer.concat([head, body]);
}

/** In place of a statement: has the server refuse it with this code, as it does of its own accord. */
export const refusal = (code: string): Buffer =>
  message("Q", `do $$ begin raise exception 'refused for a test' using errcode = '${code}'; end $$`);

/** What a server says before it hangs up. */
export const fatalMessage = (code: string, text: string): Buffer =>
  message("E", `SFATAL\0VFATAL\0C${code}\0M${text}\0`);
