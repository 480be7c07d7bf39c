import { createHmac } from "node:crypto";
import { foldEmail } from "./email.js";

const CODE_DIGITS = 10;
/** A character of an email address, in any script; `%40` is an @ in a URL. */
const EMAIL = /[\p{L}\p{N}.+_-]+(?:@|%40)[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*/giu;
const OURS = /^(?:student|person)-[0-9a-f]{10}@redacted\.example$/;
/** A file extension after an email is not part of its domain. */
const FILE_ENDING = /(?:\.(?:ndjson|jsonl?|csv|tsv|txt|gz|zip))+$/i;
const WORD = /[\p{L}\p{N}]+/gu;
/** Ids of a few digits also occur in dates and amounts: inside other text they are kept. */
const BARE_NUMBER = /^\d{1,5}$/;
const NAME = /^\p{L}{3,}(?=\d*$)/u;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Words of ids and addresses that are not names of people. */
const NO_NAMES = new Set(
  "student students user users learner actor person pupil school mail email info test demo http https www com org net urn uuid".split(
    " ",
  ),
);

/** The people that pseudonyms replace. */
export interface KnownPeople {
  /** Without it a pseudonym cannot be traced to a person, even by trying emails. */
  secret: string;
  /** Every student id, and every email that does not look like one. */
  ids: Iterable<string>;
}

/** Pseudonyms of one database: a person has the same one in every run and every spelling. docs/reading.md, "Redacted". */
export class Pseudonyms {
  readonly #secret: string;
  readonly #ids = new Map<string, string>();
  readonly #lengths = new Set<number>();

  constructor({ secret, ids }: KnownPeople) {
    this.#secret = secret;
    for (const id of ids) this.#know(id);
  }

  #know(id: string): void {
    const words = [...id.matchAll(WORD)];
    const [first, last] = [words[0], words.at(-1)];
    const core = first && last ? id.slice(first.index, last.index + last[0].length) : id;
    for (const form of [core.toLowerCase(), core, id.toLowerCase()]) if (!this.#ids.has(form)) this.#ids.set(form, id);
    this.#ids.set(id, id);
    if (!BARE_NUMBER.test(core)) this.#lengths.add(words.length);
  }

  #code(kind: string, text: string): string {
    return createHmac("sha256", this.#secret).update(`${kind}:${text}`).digest("hex").slice(0, CODE_DIGITS);
  }

  /** `student-7f3a91c2d4` */
  student(id: string): string {
    return `student-${this.#code("student", this.#ids.get(id) ?? this.#ids.get(id.toLowerCase()) ?? id)}`;
  }

  /** `student-7f3a91c2d4@redacted.example` */
  email(email: string): string {
    if (OURS.test(email)) return email;
    return `student-${this.#code("email", foldEmail(email) ?? "")}@redacted.example`;
  }

  /** `person-7f3a91c2d4`: the author of a correction, or a name inside an id. */
  person(name: string): string {
    return `person-${this.#code("person", name.toLowerCase())}`;
  }

  /** Replaces an id derived from a student's id: it could be derived again by guessing the student. */
  findingId(id: string): string {
    return createHmac("sha256", this.#secret).update(`finding:${id}`).digest("hex").slice(0, id.length);
  }

  /** Replaces emails, known ids and these names wherever they occur as words, in any letter case. */
  text(text: string, names: ReadonlySet<string>): string {
    if (this.#ids.has(text)) return this.student(text);
    return text
      .split(/((?:student|person)-[0-9a-f]{10}(?:@redacted\.example)?)/) // existing pseudonyms are kept
      .map((part, at) => (at % 2 === 1 ? part : this.#withoutPeople(part, names)))
      .join("");
  }

  #withoutPeople(text: string, names: ReadonlySet<string>): string {
    const parts: string[] = [];
    let end = 0;
    for (const { index, 0: found } of text.matchAll(EMAIL)) {
      const email = found.replace(FILE_ENDING, "");
      parts.push(this.#withoutIds(text.slice(end, index), names), this.email(email.replace(/%40/, "@")));
      end = index + email.length;
    }
    return [...parts, this.#withoutIds(text.slice(end), names)].join("");
  }

  #withoutIds(text: string, names: ReadonlySet<string>): string {
    const words = [...text.matchAll(WORD)].map(({ index, 0: word }) => ({ from: index, to: index + word.length }));
    const parts: string[] = [];
    let end = 0;
    for (let at = 0; at < words.length; at += 1) {
      const from = words[at]?.from ?? 0;
      const last = this.#idFrom(text, words, at);
      const to = words[last ?? at]?.to ?? from;
      const found = text.slice(from, to);
      parts.push(text.slice(end, from), last === null ? this.#withoutNames(found, names) : this.student(found));
      end = to;
      at = last ?? at;
    }
    return [...parts, text.slice(end)].join("");
  }

  /** The last word of the longest known id that starts with this one. */
  #idFrom(text: string, words: readonly { from: number; to: number }[], at: number): number | null {
    for (const length of [...this.#lengths].sort((a, b) => b - a)) {
      const [first, last] = [words[at], words[at + length - 1]];
      if (!first || !last) continue;
      const id = text.slice(first.from, last.to);
      if (!BARE_NUMBER.test(id) && (this.#ids.has(id) || this.#ids.has(id.toLowerCase()))) return at + length - 1;
    }
    return null;
  }

  #withoutNames(word: string, names: ReadonlySet<string>): string {
    if (names.size === 0) return word;
    return word.replace(/\p{L}+/gu, (letters) => (names.has(letters.toLowerCase()) ? this.person(letters) : letters));
  }
}

/** The words of an id, or of the local part of an email, that may be a name; in lower case. */
export function namesIn(id: string): string[] {
  if (UUID.test(id)) return [];
  const words = id.replace(/(?:@|%40).*$/s, "").match(WORD) ?? [];
  return words
    .flatMap((word) => NAME.exec(word.normalize("NFC")) ?? [])
    .map((name) => name.toLowerCase())
    .filter((name) => !NO_NAMES.has(name));
}
