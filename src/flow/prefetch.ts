/**
 * The items of a source, the next one asked for while this one is worked on: reading overlaps with the database. Holds
 * one item more than the consumer. A fault of the source is thrown when its turn comes.
 */
export async function* readAhead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = source.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done) return;
      next = source.next();
      next.catch(() => {}); // a fault is thrown when its turn comes
      yield value;
    }
  } finally {
    await next.catch(() => {});
    await source.return(undefined);
  }
}
