import { hash } from "node:crypto";

const HEX_OF_128_BITS = 32;

/**
 * What a line comes to, without the blanks around it: the first 128 bits of the BLAKE2b of its UTF-8, in lower-case
 * hexadecimal, which PostgreSQL takes for a uuid. Nobody finds two lines of one digest. (It is made of every byte that is
 * ingested: SHA-256 takes half as long again where the processor has no instruction for it.)
 */
export const lineDigest = (text: string): string => hash("blake2b512", text.trim(), "hex").slice(0, HEX_OF_128_BITS);
