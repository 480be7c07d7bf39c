/** Runs work once everything requested before it has settled. An error rejects only the caller whose work threw it. */
export type Mutex = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes a mutex that is granted in the order of the requests. Not reentrant: work that requests it again deadlocks. */
export function mutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
}
