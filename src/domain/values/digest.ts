import { hash } from "node:crypto";

const HEX_OF_128_BITS = 32;

/** The first 128 bits of a hash of the text's UTF-8, in lower-case hexadecimal, which PostgreSQL accepts as a uuid. */
const first128Bits = (algorithm: "sha256" | "blake2b512", text: string): string =>
  hash(algorithm, text, "hex").slice(0, HEX_OF_128_BITS);

/** A SHA-256 digest for stored keys: collisions do not occur by chance. */
export const textDigest = (text: string): string => first128Bits("sha256", text);

/**
 * A BLAKE2b digest of a line without surrounding blanks. Collisions do not occur by chance, and take about 2^64 tries to construct.
 * (Every ingested byte is hashed: SHA-256 takes 1.5 times as long on processors without an instruction for it.)
 */
export const lineDigest = (text: string): string => first128Bits("blake2b512", text.trim());
