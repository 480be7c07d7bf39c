/** Awaits both promises and returns both results. If one rejects, its error is thrown once the other has settled too. */
export async function both<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}
