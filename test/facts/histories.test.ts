import { test } from "vitest";
import { chance } from "../faults/form.js";
import { liveThrough } from "../faults/history.js";
import { describeOnEngines } from "../support/engines.js";

const STEPS = 7;

// One history, with kills on a server only: they hit where the clock says, which the embedded database stretches. More and longer ones: npm run test:faults, docs/RELIABILITY.md.
describeOnEngines("whatever came before", (engine) => {
  test("facts are those of what is landed, after every step", () =>
    liveThrough(engine, chance("changing"), { steps: STEPS, kills: engine === "postgres" }));
});
