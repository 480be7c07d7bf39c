/** How far compressed data may expand: `ratio` times its size, once there are more than `fromBytes` of it. */
export interface Expansion {
  ratio: number;
  fromBytes: number;
}

/** No export of a school comes near it: CSV and JSON expand 5 to 50 times. A zip or gzip bomb expands about 1,000 times. */
export const usualExpansion: Expansion = { ratio: 250, fromBytes: 64 * 2 ** 20 };

/** Whether data that takes `compressed` bytes is a bomb when it comes to `expanded` bytes. */
export const expandsTooFar = (expanded: number, compressed: number, { ratio, fromBytes }: Expansion): boolean =>
  expanded > fromBytes && expanded > ratio * compressed;
