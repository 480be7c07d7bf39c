import { resolve } from "node:path";
import type { Store } from "../../src/store/engine/session.js";
import { program } from "./program.js";

/** How many embedded databases stay open at once: each takes about 0.8 GB. */
const MOST = 2;

/** An embedded database that stays open between the commands and queries of a test: opening one takes over a second. */
interface KeptStore {
  store: Promise<Store>;
  borrowers: number;
  /** Resolves when the last one to ask for the store has given it back. */
  free: Promise<void>;
}

/** By data directory; the one used longest ago comes first. */
const kept = new Map<string, KeptStore>();

/**
 * The embedded database in a data directory, opened unless it is open already. The borrower has it alone until it is
 * closed, which leaves it open for the next one.
 */
export async function borrowStore(dataDir: string): Promise<Store> {
  const own = await keep(resolve(dataDir));
  const before = own.free;
  let giveBack = () => {};
  own.borrowers += 1;
  own.free = new Promise((resolve) => {
    giveBack = () => {
      own.borrowers -= 1;
      resolve();
    };
  });
  try {
    await before;
    return { ...(await own.store), close: async () => giveBack() };
  } catch (error) {
    giveBack();
    throw error;
  }
}

async function keep(directory: string): Promise<KeptStore> {
  const found = kept.get(directory);
  if (!found) await closeIdle(MOST - 1);
  const own = found ?? { store: opened(directory), borrowers: 0, free: Promise.resolve() };
  kept.delete(directory);
  kept.set(directory, own);
  return own;
}

async function opened(directory: string): Promise<Store> {
  const { openStore } = await program.loadStores();
  try {
    return await openStore({ dataDir: directory, command: "test", lockWait: 60, poolMax: 1, migrate: false });
  } catch (error) {
    kept.delete(directory);
    throw error;
  }
}

async function closeIdle(most: number): Promise<void> {
  const idle = [...kept].filter(([, { borrowers }]) => borrowers === 0);
  for (const [directory] of idle.slice(0, Math.max(0, kept.size - most))) await closeStore(directory);
}

/** Closes the embedded database in a data directory, so that another process can open it, or its files be copied. */
export async function closeStore(dataDir: string): Promise<void> {
  const directory = resolve(dataDir);
  const found = kept.get(directory);
  kept.delete(directory);
  await found?.free;
  await (await found?.store)?.close();
}

/** Closes all embedded databases that this process holds open. */
export async function closeStores(): Promise<void> {
  for (const directory of [...kept.keys()]) await closeStore(directory);
}
