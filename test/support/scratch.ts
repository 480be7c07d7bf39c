import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { inject } from "vitest";

/** An empty folder of its own on each call; all of them are removed at the end of the run. */
export function scratchFolder(name = "folder"): Promise<string> {
  return mkdtemp(join(inject("scratch"), `${name}-`));
}
