import { describe, test } from "vitest";
import { engines } from "../support/engines.js";
import { chance, points, record } from "./form.js";
import { liveThrough } from "./history.js";

const STEPS = 20;

describe.each(engines.filter(({ available }) => available))("whatever came before [$name]", ({ name }) => {
  test("facts are those of what is landed, after every step", async () => {
    const wanted = points(1, name === "postgres" ? 20 : 4);
    for (let n = 1; n <= wanted; n += 1) await liveThrough(name, chance(`history ${n}`), { steps: STEPS, kills: true });
    record(`histories on ${name}`, { points: wanted, steps: STEPS });
  });
});
