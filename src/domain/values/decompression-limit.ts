/** How far compressed data may expand: `ratio` times its size, once there are more than `fromBytes` of it. */
export interface Expansion {
  ratio: number;
  fromBytes: number;
}

/** Far above what a school exports: CSV and JSON expand 5 to 50 times, a zip or gzip bomb about 1,000 times. */
export const usualExpansion: Expansion = { ratio: 250, fromBytes: 64 * 2 ** 20 };

/** Whether data that expands from `compressed` to `expanded` bytes counts as a decompression bomb. */
export const expandsTooFar = (expanded: number, compressed: number, { ratio, fromBytes }: Expansion): boolean =>
  expanded > fromBytes && expanded > ratio * compressed;
