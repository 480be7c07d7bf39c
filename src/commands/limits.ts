import { type Command, InvalidArgumentError } from "commander";
import type { InputLimits } from "../pipelines/caliper/limits.js";

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
/** Stacks overflow on more. */
const DEEPEST = 1_000;
const MOST_ITEMS = 1_000_000;
/** Deflate comes to 1,032 at most. */
const MOST_EXPANSION = 2_000;

/** Adds the limit of what compressed data may expand to. */
export const withExpansionOption = (command: Command): Command =>
  command.option(
    "--max-expansion <times>",
    "how many times its size compressed data may expand to, above 64 MiB (default 250)",
    wholeNumber(1, MOST_EXPANSION),
  );

/** Adds the limits of Caliper files. docs/caliper.md, "Limits". */
export const withLimitOptions = (command: Command): Command =>
  withExpansionOption(
    command
      .option("--max-line-bytes <bytes>", "longest line (default 67108864)", wholeNumber(1, LONGEST_LINE))
      .option("--max-depth <levels>", "deepest nesting of a record (default and most: 1000)", wholeNumber(1, DEEPEST))
      .option(
        "--max-items <items>",
        "most records in a line, and most metrics in an event (default 100000)",
        wholeNumber(1, MOST_ITEMS),
      ),
  );

/** The limits among the flags. */
export const givenLimits = (flags: LimitFlags): LimitFlags =>
  Object.fromEntries(
    (["maxLineBytes", "maxDepth", "maxItems", "maxExpansion"] as const).flatMap((name) =>
      flags[name] === undefined ? [] : [[name, flags[name]]],
    ),
  );
