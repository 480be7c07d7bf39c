import fc from "fast-check";
import { expect, test } from "vitest";
import { describeOnEngines, engines } from "../support/engines.js";
import { worldWithoutConflicts } from "./generate.js";
import { LONGEST_MS, trials, withLab } from "./labs.js";
import { plan } from "./plan.js";
import { arrive, load } from "./trial.js";

/** In another time zone of the process, which no fact may show. */
async function inZone<T>(zone: string, work: () => Promise<T>): Promise<T> {
  const { TZ } = process.env;
  process.env.TZ = zone;
  try {
    return await work();
  } finally {
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  }
}

describeOnEngines("any order, repetition and splitting", (engine) => {
  test(
    "ends with the checksum of a fresh database that read everything once, in any time zone",
    { timeout: LONGEST_MS },
    () =>
      withLab(engine, "order", (lab) =>
        fc.assert(
          fc.asyncProperty(worldWithoutConflicts, plan, plan, async (world, one, other) => {
            const fresh = await load(lab, world);
            expect(await arrive(lab, world, one), "one way").toBe(fresh);
            expect(await inZone("America/Chicago", () => arrive(lab, world, other)), "the other way").toBe(fresh);
          }),
          trials(engine === "postgres" ? 6 : 3),
        ),
      ),
  );
});

test.skipIf(engines.some(({ available }) => !available))(
  "both engines give one checksum",
  { timeout: LONGEST_MS },
  () =>
    withLab("pglite", "engines", (embedded) =>
      withLab("postgres", "engines", (server) =>
        fc.assert(
          fc.asyncProperty(worldWithoutConflicts, async (world) => {
            expect(await load(embedded, world)).toBe(await load(server, world));
          }),
          trials(3),
        ),
      ),
    ),
);
