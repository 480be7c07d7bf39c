import { setTimeout as sleep } from "node:timers/promises";

const LONGEST_MS = 60_000;
const POLL_MS = 25;

/** Waits until something is so. @throws Error after a minute */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + LONGEST_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error("waited a minute for something that did not happen");
    await sleep(POLL_MS);
  }
}
