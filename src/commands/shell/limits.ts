import { type Command, InvalidArgumentError } from "commander";
import { usualExpansion } from "../../domain/values/decompression-limit.js";
import { defaultLimits, type InputLimits } from "../../domain/values/input-limits.js";

/** Limits of the input that were given; where one is not, the default holds. */
export type LimitFlags = Partial<InputLimits>;

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`);
  };

/** An escaped line must still be one text of JavaScript. */
const LONGEST_LINE = 128 * 2 ** 20;
/** What is read by default is the most that can be. */
const DEEPEST = defaultLimits.maxDepth;
const MOST_ITEMS = 1_000_000;
/** Deflate comes to 1,032 at most. */
const MOST_EXPANSION = 2_000;

/** Adds the limit of what compressed data may expand to. */
export const withExpansionOption = (command: Command): Command =>
  command.option(
    "--max-expansion <times>",
    `maximum expansion ratio of compressed data, checked above ${usualExpansion.fromBytes / 2 ** 20} MiB of output (default ${usualExpansion.ratio})`,
    wholeNumber(1, MOST_EXPANSION),
  );

/** Adds the limits of Caliper files. docs/caliper.md, "Limits". */
export const withLimitOptions = (command: Command): Command =>
  withExpansionOption(
    command
      .option(
        "--max-line-bytes <bytes>",
        `longest line accepted (default ${defaultLimits.maxLineBytes})`,
        wholeNumber(1, LONGEST_LINE),
      )
      .option(
        "--max-depth <levels>",
        `deepest nesting of a record (default and maximum: ${DEEPEST})`,
        wholeNumber(1, DEEPEST),
      )
      .option(
        "--max-items <items>",
        `maximum number of records in a line and of metrics in an event (default ${defaultLimits.maxItems})`,
        wholeNumber(1, MOST_ITEMS),
      ),
  );

/** The limits that hold with these flags. */
export const limitsOf = (flags: LimitFlags): InputLimits => ({
  maxLineBytes: flags.maxLineBytes ?? defaultLimits.maxLineBytes,
  maxDepth: flags.maxDepth ?? defaultLimits.maxDepth,
  maxItems: flags.maxItems ?? defaultLimits.maxItems,
  maxExpansion: flags.maxExpansion ?? defaultLimits.maxExpansion,
});
