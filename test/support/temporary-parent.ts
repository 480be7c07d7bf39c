import { accessSync, constants, statfsSync } from "node:fs";
import { tmpdir } from "node:os";

const IN_MEMORY = "/dev/shm";
/** What a run of all tests needs, several times over. */
const ROOM_BYTES = 4 * 2 ** 30;

/**
 * Where the tests put what lives no longer than they do: in memory where the machine offers room for it, since databases
 * of a thousand small files each cost more on a disk than most tests; else in the folder for temporary files.
 */
export function temporaryParent(): string {
  if (process.env.TMPDIR !== undefined) return tmpdir();
  try {
    accessSync(IN_MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize >= ROOM_BYTES ? IN_MEMORY : tmpdir();
  } catch {
    return tmpdir(); // no such folder on this system
  }
}
