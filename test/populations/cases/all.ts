import { BONUSES } from "./bonuses.js";
import { BUNDLES } from "./bundles.js";
import type { Case } from "./case.js";
import { DAYS } from "./days.js";
import { DOUBTFUL } from "./doubtful.js";
import { HONEST_PAY } from "./honest-pay.js";

/** All cases in the order in which they are tried. */
export const CASES: readonly Case[] = [...DAYS, ...BONUSES, ...HONEST_PAY, ...BUNDLES, ...DOUBTFUL];
