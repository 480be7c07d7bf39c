import fc from "fast-check";
import { test } from "vitest";
import { describeOnEngines } from "../support/engines.js";
import { exampleWorld } from "./examples.js";
import { worldWithConflicts } from "./generate.js";
import { LONGEST_MS, trials, withLab } from "./labs.js";
import { plan } from "./plan.js";
import { play } from "./trial.js";

describeOnEngines("facts of any population", (engine) => {
  test(
    "are those of the oracle after every run, and nothing changes when everything is read again",
    {
      timeout: LONGEST_MS,
    },
    () =>
      withLab(engine, "oracle", async (lab) => {
        await play(lab, exampleWorld, { order: [], steps: [], last: "source" });
        await fc.assert(
          fc.asyncProperty(worldWithConflicts, plan, (world, way) => play(lab, world, way)),
          trials(engine === "postgres" ? 20 : 5),
        );
      }),
  );
});
