/**
 * What an item may do while the one before is under way on another lane. What nobody can have written before may be
 * inserted as soon as the item before has inserted its own; all else waits until the item before is through.
 */
export interface LaneOrder {
  /** Resolves when the item before has inserted what it could. */
  mayInsert(): Promise<void>;
  /** Says that this item has inserted what it could; resolves when the item before is through, and rejects when it failed. */
  alone(): Promise<void>;
}

/** An item under way: `landed` when the next one may begin to write, `done` when it is through (or has failed). */
interface Flight {
  landed: Promise<void>;
  done: Promise<void>;
}

type Work<Lane, Item> = (lane: Lane, item: Item, order: LaneOrder) => Promise<void>;

function start<Lane, Item>(work: Work<Lane, Item>, lane: Lane, item: Item, before: Flight): Flight {
  let letNext = () => {};
  const landed = new Promise<void>((resolve) => {
    letNext = resolve;
  });
  const order: LaneOrder = {
    mayInsert: () => before.landed,
    alone() {
      letNext();
      return before.done;
    },
  };
  const done = work(lane, item, order)
    .then(() => before.done)
    .finally(letNext);
  done.catch(() => {}); // whoever waits for it is told
  return { landed, done };
}

/**
 * Works on items on lanes in turn, so that as many items are under way as there are lanes; one lane: one after the
 * other. The first fault ends it, when nothing is under way any more.
 */
export async function inLanes<Lane, Item>(
  lanes: readonly [Lane, ...Lane[]],
  items: AsyncIterable<Item>,
  work: Work<Lane, Item>,
): Promise<void> {
  const flights: Flight[] = [];
  let former: Flight = { landed: Promise.resolve(), done: Promise.resolve() };
  let turn = 0;
  try {
    for await (const item of items) {
      former = start(work, lanes[turn] ?? lanes[0], item, former);
      flights[turn] = former;
      turn = (turn + 1) % lanes.length;
      await flights[turn]?.done;
    }
    await former.done;
  } finally {
    await Promise.allSettled(flights.map(({ done }) => done));
  }
}
