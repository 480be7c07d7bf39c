import { hash } from "node:crypto";

const HEX_OF_128_BITS = 32;

/**
 * What a payload's bytes come to: the first 128 bits of their SHA-256, in lower-case hexadecimal, which PostgreSQL takes for a
 * uuid. Two payloads of one digest are not found by chance. (src/store/landed-payloads.ts says it in SQL.)
 */
export const payloadDigest = (text: string): string => hash("sha256", text, "hex").slice(0, HEX_OF_128_BITS);
