import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { truthOf } from "../ledger/truth.js";
import { playYear } from "../lessons/year.js";
import type { Options } from "../options.js";
import { openWorld } from "../school/world.js";
import { eventLines } from "./caliper.js";
import { dumpsOf } from "./dumps.js";

/** The files of a population by their path in its folder. The same options give the same text. */
export function populationFiles(options: Options): Map<string, string> {
  const world = openWorld(options);
  const ledger = playYear(world);
  const { firstRead, secondRead } = world.moments;
  return new Map([
    ["events.ndjson", [...eventLines(options.seed, ledger.events)].join("")],
    ...dumpsOf(world, ledger, firstRead).map(([name, text]): [string, string] => [`source-1/${name}`, text]),
    ...dumpsOf(world, ledger, secondRead).map(([name, text]): [string, string] => [`source-2/${name}`, text]),
    ["truth.json", `${JSON.stringify(truthOf(world, ledger), null, 1)}\n`],
  ]);
}

/** Writes a population into a folder. `truth.json` comes last. */
export function writePopulation(folder: string, options: Options): void {
  for (const [path, text] of populationFiles(options)) {
    const whole = join(folder, path);
    mkdirSync(join(whole, ".."), { recursive: true });
    writeFileSync(whole, text);
  }
}
