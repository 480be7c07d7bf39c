import { LosslessNumber, stringify } from "lossless-json";
import { type Amount, amountText } from "../amount.js";

/** An amount as a member of a JSON text: a number with its exact digits. */
export const jsonAmount = (amount: Amount): LosslessNumber => new LosslessNumber(amountText(amount));

/** Compact JSON with exact amounts. Members that are undefined are left out. */
export const jsonText = (value: unknown): string => stringify(value) ?? "null";
