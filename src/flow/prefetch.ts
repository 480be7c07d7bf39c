/**
 * Yields the items of a source and requests the next one while the current one is being processed, so that reading and
 * processing overlap. Holds one item more than the consumer does. An error of the source is thrown in place of its item.
 */
export async function* prefetch<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = source.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done) return;
      next = source.next();
      next.catch(() => {}); // an error is thrown when its item is requested
      yield value;
    }
  } finally {
    await next.catch(() => {});
    await source.return(undefined);
  }
}
