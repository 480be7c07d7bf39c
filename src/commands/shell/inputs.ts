import { pathFrom } from "../../config.js";
import type { InputSource } from "../../pipelines/caliper/input/input.js";
import type { NamedPath } from "../../pipelines/import/inputs.js";
import type { Shell } from "./shell.js";

/** What `file` of a command line stands for: `-` is standard input. */
export const inputOf = (shell: Shell, file: string): InputSource => ({
  name: file,
  from: file === "-" ? () => shell.stdin : pathFrom(shell.cwd, file),
});

/** Paths of a command line, with where they are. */
export const namedPaths = ({ cwd }: Shell, paths: readonly string[]): NamedPath[] =>
  paths.map((name) => ({ name, path: pathFrom(cwd, name) }));
