import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { inLanes } from "./lanes.js";

async function* numbers(count: number): AsyncGenerator<number> {
  for (let n = 1; n <= count; n += 1) yield n;
}

describe("items on lanes in turn", () => {
  test("one lane: one after the other", async () => {
    const said: string[] = [];
    await inLanes(["a"], numbers(2), async (lane, n, order) => {
      said.push(`${lane}${n} begins`);
      await order.mayInsert();
      await order.alone();
      await turn();
      said.push(`${lane}${n} ends`);
    });
    expect(said).toEqual(["a1 begins", "a1 ends", "a2 begins", "a2 ends"]);
  });

  test("two lanes: an item inserts while the one before is derived, and is alone only after it", async () => {
    const said: string[] = [];
    await inLanes(["a", "b"], numbers(3), async (lane, n, order) => {
      await order.mayInsert();
      said.push(`${lane}${n} inserts`);
      await turn();
      await order.alone();
      said.push(`${lane}${n} derives`);
      for (let i = 0; i < 9; i += 1) await turn();
      said.push(`${lane}${n} ends`);
    });
    const order = (...steps: string[]) => expect(said.filter((step) => steps.includes(step))).toEqual(steps);
    order("a1 inserts", "b2 inserts", "a1 ends", "b2 derives", "b2 ends", "a3 derives", "a3 ends");
    order("b2 inserts", "a3 inserts", "b2 ends");
  });

  test("an item that says nothing of its insertion holds the next one up until it is done", async () => {
    const said: string[] = [];
    await inLanes(["a", "b"], numbers(2), async (_, n, order) => {
      await order.mayInsert();
      said.push(`${n} begins`);
      await turn();
      said.push(`${n} ends`);
    });
    expect(said).toEqual(["1 begins", "1 ends", "2 begins", "2 ends"]);
  });

  test("a fault reaches those who wait for it and the caller, when nothing is under way any more", async () => {
    const ended: string[] = [];
    const run = inLanes(["a", "b"], numbers(9), async (_, n, order) => {
      await order.mayInsert();
      await turn();
      if (n === 2) throw new Error("no room");
      await order.alone().finally(() => ended.push(`${n}`));
    });
    await expect(run).rejects.toThrow("no room");
    expect(ended).toEqual(["1", "3"]);
  });
});
