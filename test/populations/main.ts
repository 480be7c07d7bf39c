import { optionsOf } from "./options.js";
import { writePopulation } from "./out/write.js";

/** `--out <folder> --seed 7 --students 72 --bonus-streak 0.5 …`: every option and rate by its name. */
function main(args: readonly string[]): void {
  const given: Record<string, string> = {};
  for (let index = 0; index < args.length; index += 2) {
    const [name, value] = [args[index] ?? "", args[index + 1]];
    if (!name.startsWith("--") || value === undefined) throw new RangeError(`an option and its value: ${name}`);
    given[name.slice(2)] = value;
  }
  const { out, ...options } = given;
  if (out === undefined) throw new RangeError("--out <folder> is needed");
  writePopulation(out, optionsOf(options));
}

main(process.argv.slice(2));
