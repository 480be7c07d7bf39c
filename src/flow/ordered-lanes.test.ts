import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Again, inLanes, stoppable } from "./ordered-lanes.js";

const once: Again = (work) => work();

async function* numbers(count: number): AsyncGenerator<number> {
  for (let n = 1; n <= count; n += 1) yield n;
}

describe("items on lanes", () => {
  test("one lane: one after the other", async () => {
    const said: string[] = [];
    await inLanes(
      ["a"],
      numbers(2),
      async (lane, n, order) => {
        said.push(`${lane}${n} begins`);
        await order.previousInserted();
        await order.inserted();
        await turn();
        said.push(`${lane}${n} ends`);
      },
      once,
    );
    expect(said).toEqual(["a1 begins", "a1 ends", "a2 begins", "a2 ends"]);
  });

  test("two lanes: an item inserts while the previous one derives, and continues after its commit", async () => {
    const said: string[] = [];
    await inLanes(
      ["a", "b"],
      numbers(3),
      async (lane, n, order) => {
        await order.previousInserted();
        said.push(`${lane}${n} inserts`);
        await turn();
        await order.inserted();
        said.push(`${lane}${n} derives`);
        for (let i = 0; i < 9; i += 1) await turn();
        said.push(`${lane}${n} ends`);
      },
      once,
    );
    const order = (...steps: string[]) => expect(said.filter((step) => steps.includes(step))).toEqual(steps);
    order("a1 inserts", "b2 inserts", "a1 ends", "b2 derives", "b2 ends", "a3 derives", "a3 ends");
    order("b2 inserts", "a3 inserts", "b2 ends");
  });

  test("an item that awaits the previous commit blocks the next insertion until its own commit", async () => {
    const said: string[] = [];
    await inLanes(
      ["a", "b"],
      numbers(3),
      async (_, n, order) => {
        said.push(`${n} begins`);
        if (n < 3) await order.previousCommitted();
        else await order.previousInserted();
        said.push(`${n} writes`);
        for (let i = 0; i < 9; i += 1) await turn();
        said.push(`${n} ends`);
      },
      once,
    );
    const order = (...steps: string[]) => expect(said.filter((step) => steps.includes(step))).toEqual(steps);
    order("2 begins", "1 ends", "2 writes", "2 ends", "3 writes");
    order("3 begins", "2 ends");
  });

  test("an item that does not report its insertion blocks the next one until it is done", async () => {
    const said: string[] = [];
    await inLanes(
      ["a", "b"],
      numbers(2),
      async (_, n, order) => {
        await order.previousInserted();
        said.push(`${n} begins`);
        await turn();
        said.push(`${n} ends`);
      },
      once,
    );
    expect(said).toEqual(["1 begins", "1 ends", "2 begins", "2 ends"]);
  });

  test("an error reaches the waiting items, and the caller once no work is in progress", async () => {
    const ended: string[] = [];
    const run = inLanes(
      ["a", "b"],
      numbers(9),
      async (_, n, order) => {
        await order.previousInserted();
        await turn();
        if (n === 2) throw new Error("no room");
        await order.inserted().finally(() => ended.push(`${n}`));
      },
      once,
    );
    await expect(run).rejects.toThrow("no room");
    expect(ended).toEqual(["1", "3"]);
  });

  test("a waiting item ends when the run is stopped; the previous one completes", async () => {
    const through: number[] = [];
    let isStopped = false;
    const stop = () => {
      if (isStopped) throw new Error("told to stop");
    };
    const run = inLanes(
      ["a", "b"],
      numbers(2),
      async (_, n, order) => {
        await stoppable(order, stop).inserted();
        await turn();
        isStopped = true;
        through.push(n);
      },
      once,
    );
    await expect(run).rejects.toThrow("told to stop");
    expect(through).toEqual([1]);
  });

  test("a failed item is repeated alone, then those in progress after it; the rest go on", async () => {
    const done: number[] = [];
    const faults: unknown[] = [];
    let tries = 0;
    const twice: Again = (work) =>
      work().catch((error: unknown) => {
        faults.push(error);
        return work();
      });
    const beside: (number | boolean)[][] = [];
    let underWay = 0;
    await inLanes(
      ["a", "b"],
      numbers(5),
      async (_, n, order) => {
        await order.previousInserted();
        beside.push([n, underWay > 0]);
        underWay += 1;
        try {
          await turn();
          await order.inserted();
          tries += 1;
          if (n === 2 && tries === 2) throw new Error("in the way");
          done.push(n);
        } finally {
          underWay -= 1;
        }
      },
      twice,
    );
    expect(done).toEqual([1, 2, 3, 4, 5]);
    expect(faults).toEqual([new Error("in the way")]);
    expect(beside.filter(([n]) => n === 2)).toEqual([
      [2, true],
      [2, false],
    ]);
    expect(beside.filter(([n]) => n === 3)).toEqual([
      [3, true],
      [3, false],
    ]);
    expect(beside.filter(([n]) => n === 4)).toEqual([[4, false]]);
  });

  test("an error that recurs ends everything", async () => {
    const begun: number[] = [];
    const run = inLanes(
      ["a", "b"],
      numbers(9),
      async (_, n, order) => {
        begun.push(n);
        await order.inserted();
        if (n === 1) throw new Error("for good");
      },
      (work) => work().catch(work),
    );
    await expect(run).rejects.toThrow("for good");
    expect(begun).toEqual([1, 2, 1]);
  });
});
