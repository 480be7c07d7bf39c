import { createRequire } from "node:module";
import type * as cli from "../../src/cli.js";

const { load } = createRequire(import.meta.url)("../../bin/load.js") as { load(file: string): typeof cli };

/** The built program, loaded into this process: what the binary runs, without Vite in between. */
export const program: typeof cli = load("cli.js");
