import { accessSync, constants, existsSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UsageError, wordsOf } from "../../errors.js";

/** A file that an answer goes to. docs/reading.md, "Files". */
export interface OutputFile {
  /** As it was typed. */
  name: string;
  path: string;
  /** Whether a file that is there may be replaced. */
  force: boolean;
  /** Whether it is its owner's alone (0600): it holds records as they came. */
  ownerOnly: boolean;
}

/** Devices, pipes and what a shell hands over (/dev/stdout, /dev/fd/63) are written to; nothing is replaced there. */
export const isThrough = (path: string, there: Stats | undefined): boolean =>
  /^\/(?:dev\/(?:fd\/|std(?:in|out|err)$)|proc\/)/.test(resolve(path)) || (there !== undefined && !there.isFile());

/** Looks before any work is done whether the answer can go there. @throws UsageError */
export function checkOutput({ name, path, force }: OutputFile): void {
  const folder = dirname(resolve(path));
  if (!existsSync(folder)) throw new UsageError(`--output ${name}: its folder does not exist`);
  if (!statSync(folder).isDirectory()) throw new UsageError(`--output ${name}: its folder is a file`);
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isDirectory()) throw new UsageError(`--output ${name}: is a folder`);
  const through = isThrough(path, there);
  if (there && !through && !force)
    throw new UsageError(`${name} already exists; use --force to overwrite it (nothing was done)`);
  try {
    if (there) accessSync(path, constants.W_OK);
    if (!through) accessSync(there ? dirname(realpathSync(path)) : folder, constants.W_OK);
  } catch (error) {
    throw new UsageError(`--output ${name}: cannot be written: ${wordsOf(error)}`, { cause: error });
  }
}
