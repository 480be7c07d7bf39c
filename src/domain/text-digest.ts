import { hash } from "node:crypto";

const HEX_OF_128_BITS = 32;

/**
 * What the UTF-8 of a text comes to: the first 128 bits of its SHA-256, in lower-case hexadecimal, which PostgreSQL takes for a
 * uuid. Two texts of one digest are not found by chance.
 */
export const textDigest = (text: string): string => hash("sha256", text, "hex").slice(0, HEX_OF_128_BITS);
