import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes between collections, each of which takes about a millisecond. */
const BYTES_PER_GC = 2 * 2 ** 20;
let passed = 0;
let collect: ((options: { type: "minor" }) => void) | undefined;

function collectYoung(): void {
  if (!collect) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as typeof collect;
  }
  collect?.({ type: "minor" });
}

/**
 * Yields buffers, each to be consumed before the next one is requested, and forces a minor GC every 2 MB: V8 frees external buffers
 * late, and they would grow to 64 MB.
 */
export async function* freeingBuffers(parts: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const part of parts) {
    yield part;
    passed += part.length;
    if (passed < BYTES_PER_GC) continue;
    passed = 0;
    collectYoung();
  }
}
