/**
 * What an item may do while the one before is under way on another lane. What nobody can have written before may be
 * inserted as soon as the item before has inserted its own; all else waits until the item before is through.
 */
export interface LaneOrder {
  /** Resolves when the item before has inserted what it could. */
  mayInsert(): Promise<void>;
  /** Says that this item has inserted what it could; resolves when the item before is through, and rejects when it failed. */
  alone(): Promise<void>;
  /** Resolves when the item before is through, and rejects when it failed. The next may insert only when this one is through. */
  behind(): Promise<void>;
}

/** What is done with an item on a lane, which is taken back as a whole where it fails. */
export type LaneWork<Lane, Item> = (lane: Lane, item: Item, order: LaneOrder) => Promise<void>;

/** Does work, and again where that may help. */
export type Again = (work: () => Promise<void>) => Promise<void>;

/** Work under way: `landed` when the next one may begin to write, `done` when it is through (or has failed). */
interface Flight {
  landed: Promise<void>;
  done: Promise<void>;
}

/** Work under way, and how to do it again with nothing beside it. Apart, since a flight is known to the one after it. */
interface Repeatable {
  flight: Flight;
  repeat(): Promise<void>;
}

/** The same order, in which `stop` is asked after each wait: it throws where the run was told to stop meanwhile. */
export const stoppable = (order: LaneOrder, stop: () => void): LaneOrder => ({
  mayInsert: () => order.mayInsert().then(stop),
  alone: () => order.alone().then(stop),
  behind: () => order.behind().then(stop),
});

const ALONE: LaneOrder = { mayInsert: async () => {}, alone: async () => {}, behind: async () => {} };

function start(work: (order: LaneOrder) => Promise<void>, before: Flight | undefined): Flight {
  let letNext = () => {};
  const landed = new Promise<void>((resolve) => {
    letNext = resolve;
  });
  const order: LaneOrder = {
    async mayInsert() {
      await before?.landed;
    },
    async alone() {
      letNext();
      await before?.done;
    },
    async behind() {
      await before?.done;
    },
  };
  const flight: Flight = { landed, done: Promise.resolve() };
  flight.done = work(order)
    .then(() => before?.done)
    .finally(letNext);
  flight.done.catch(() => {}); // whoever waits for it is told
  return flight;
}

/** Waits for the first of the flights. When it fails, all are taken back, and done again one after the other. */
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
 * Works on items on lanes in turn, so that as many items are under way as there are lanes; one lane: one after the
 * other. Where one fails, it and those after it are taken back and left to `again`. The first fault that it throws ends
 * it, when nothing is under way any more.
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
