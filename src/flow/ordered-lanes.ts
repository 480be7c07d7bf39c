/**
 * How an item waits for the previous one, which may still be in progress on another lane: it may insert new rows once the
 * previous one has inserted its own; everything else waits for the previous one's commit.
 */
export interface LaneOrder {
  /** Resolves when the previous item has inserted its new rows. */
  previousInserted(): Promise<void>;
  /** Lets the next item insert; resolves when the previous one has committed, and rejects when it failed. */
  inserted(): Promise<void>;
  /** Resolves when the previous item has committed, and rejects when it failed; the next item cannot insert before this one commits. */
  previousCommitted(): Promise<void>;
}

/** Processes an item on a lane, as one transaction: all of it is rolled back when it fails. */
export type LaneWork<Lane, Item> = (lane: Lane, item: Item, order: LaneOrder) => Promise<void>;

/** Runs work, and retries it where that may help. */
export type Again = (work: () => Promise<void>) => Promise<void>;

/** Work in progress: `landed` resolves when the next item may insert, `done` when this one has committed or failed. */
interface Flight {
  landed: Promise<void>;
  done: Promise<void>;
}

/** Work in progress, and how to repeat it alone. Kept apart from the flight, which the next item holds on to. */
interface Repeatable {
  flight: Flight;
  repeat(): Promise<void>;
}

/** The same order, with `stop` called after each wait: it throws if the run was asked to stop meanwhile. */
export const stoppable = (order: LaneOrder, stop: () => void): LaneOrder => ({
  previousInserted: () => order.previousInserted().then(stop),
  inserted: () => order.inserted().then(stop),
  previousCommitted: () => order.previousCommitted().then(stop),
});

const ALONE: LaneOrder = {
  previousInserted: async () => {},
  inserted: async () => {},
  previousCommitted: async () => {},
};

function start(work: (order: LaneOrder) => Promise<void>, before: Flight | undefined): Flight {
  let letNext = () => {};
  const landed = new Promise<void>((resolve) => {
    letNext = resolve;
  });
  const order: LaneOrder = {
    async previousInserted() {
      await before?.landed;
    },
    async inserted() {
      letNext();
      await before?.done;
    },
    async previousCommitted() {
      await before?.done;
    },
  };
  const flight: Flight = { landed, done: Promise.resolve() };
  flight.done = work(order)
    .then(() => before?.done)
    .finally(letNext);
  flight.done.catch(() => {}); // reported to those who await it
  return flight;
}

/** Waits for the first flight. If it fails, all of them are rolled back and repeated one after the other. */
async function land(flights: Repeatable[], again: Again): Promise<void> {
  let fault: { error: unknown } | undefined = await flights[0]?.flight.done.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (!fault) return void flights.shift();
  await Promise.allSettled(flights.map(({ flight }) => flight.done));
  for (const { repeat } of flights.splice(0))
    await again(async () => {
      const known = fault;
      fault = undefined;
      if (known) throw known.error;
      await repeat();
    });
}

/**
 * Processes items on the lanes in turn, as many at once as there are lanes. If an item fails, it and those after it are
 * rolled back and repeated by `again`. The first error that `again` throws ends everything, once no work is in progress.
 */
export async function inLanes<Lane, Item>(
  lanes: readonly [Lane, ...Lane[]],
  items: AsyncIterable<Item>,
  work: LaneWork<Lane, Item>,
  again: Again,
): Promise<void> {
  const flights: Repeatable[] = [];
  let turn = 0;
  try {
    for await (const item of items) {
      const lane = lanes[turn] ?? lanes[0];
      turn = (turn + 1) % lanes.length;
      const flight = start((order) => work(lane, item, order), flights.at(-1)?.flight);
      flights.push({ flight, repeat: () => work(lane, item, ALONE) });
      if (flights.length === lanes.length) await land(flights, again);
    }
    while (flights.length > 0) await land(flights, again);
  } finally {
    await Promise.allSettled(flights.map(({ flight }) => flight.done));
  }
}
