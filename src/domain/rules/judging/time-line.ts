/** Items sorted by time (milliseconds), for fast window queries. */
export class TimeLine<Item> {
  private readonly items: readonly Item[];

  constructor(
    items: readonly Item[],
    private readonly timeOf: (item: Item) => number,
  ) {
    this.items = items.toSorted((a, b) => timeOf(a) - timeOf(b));
  }

  /** Items of a window, both ends inclusive, earliest first; equal times in their given order. */
  within(from: number, to: number): Item[] {
    const found: Item[] = [];
    if (this.items.length === 0) return found;
    for (let at = this.firstFrom(from); at < this.items.length; at += 1) {
      const item = this.items[at] as Item;
      if (this.timeOf(item) > to) break;
      found.push(item);
    }
    return found;
  }

  /** Index of the first item at this time or later. */
  private firstFrom(time: number): number {
    let [low, high] = [0, this.items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.timeOf(this.items[middle] as Item) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
