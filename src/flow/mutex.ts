/** Runs work after all work requested before it has settled. An error rejects only the caller whose work threw it. */
export type Mutex = <T>(work: () => Promise<T>) => Promise<T>;

/** A mutex granted in the order of requests. Not reentrant: requesting it inside its own work deadlocks. */
export function mutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
}
