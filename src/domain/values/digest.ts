import { hash } from "node:crypto";

const HEX_OF_128_BITS = 32;

/** The first 128 bits of a hash of the UTF-8 of a text, in lower-case hexadecimal, which PostgreSQL takes for a uuid. */
const first128Bits = (algorithm: "sha256" | "blake2b512", text: string): string =>
  hash(algorithm, text, "hex").slice(0, HEX_OF_128_BITS);

/** A digest by SHA-256, for stored keys: two texts with one digest do not occur by chance. */
export const textDigest = (text: string): string => first128Bits("sha256", text);

/**
 * A digest by BLAKE2b of a line without surrounding blanks. Two lines with one digest do not occur by chance, and take about
 * 2^64 tries to construct. (Every ingested byte goes through it: SHA-256 takes 1.5 times as long on processors without an
 * instruction for it.)
 */
export const lineDigest = (text: string): string => first128Bits("blake2b512", text.trim());
