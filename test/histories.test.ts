import { test } from "vitest";
import { chance } from "./faults/form.js";
import { liveThrough } from "./faults/history.js";
import { describeOnEngines } from "./support/engines.js";

const STEPS = 7;

// One history; more and longer ones: npm run test:faults, docs/RELIABILITY.md.
describeOnEngines("whatever came before", (engine) => {
  test("facts are those of what is landed, after every step", () => liveThrough(engine, chance("changing"), STEPS));
});
