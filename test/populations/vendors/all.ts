import { BUNDLERS } from "./bundlers.js";
import type { Habits } from "./habits.js";
import { HONEST } from "./honest.js";

/** All apps, bundlers and honest ones in turn, so that few students already have both. */
export const APPS: readonly Habits[] = BUNDLERS.flatMap((bundler, index) => {
  const honest = HONEST[index];
  return honest ? [bundler, honest] : [bundler];
});
