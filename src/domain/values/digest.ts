import { hash } from "node:crypto";

const HEX_OF_128_BITS = 32;

/** The first 128 bits of a hash of the UTF-8 of a text, in lower-case hexadecimal, which PostgreSQL takes for a uuid. */
const first128Bits = (algorithm: "sha256" | "blake2b512", text: string): string =>
  hash(algorithm, text, "hex").slice(0, HEX_OF_128_BITS);

/** Of the SHA-256 of a text: for keys that are kept. Two texts of one digest are not found by chance. */
export const textDigest = (text: string): string => first128Bits("sha256", text);

/**
 * Of the BLAKE2b of a line without the blanks around it. Two lines of one digest are not found by chance, nor on purpose in less
 * than about 2^64 tries. (It is made of every byte that is ingested: SHA-256 takes half as long again where the processor has no
 * instruction for it.)
 */
export const lineDigest = (text: string): string => first128Bits("blake2b512", text.trim());
