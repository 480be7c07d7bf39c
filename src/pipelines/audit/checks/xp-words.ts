import { decimalText } from "../../../domain/values/decimal.js";

/** XP for a sentence: without trailing zeros, `no` where none was reported. */
export const xpWords = (xp: string | null): string => (xp === null ? "no" : (decimalText(xp) ?? xp));
