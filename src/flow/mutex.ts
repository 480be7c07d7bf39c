/** Does work when all that was asked for before is through; a fault is that of its asker alone. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** One turn after the other, in the order of asking. Work that asks for a turn itself would wait for ever. */
export function inTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
}
