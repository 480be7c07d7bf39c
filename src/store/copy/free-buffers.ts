import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** To collect takes about a millisecond. */
const PASSED_BYTES = 2 * 2 ** 20;
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
 * Yields buffers, each to be used up before the next one is requested, and forces a minor GC now and then: V8 frees external buffers
 * late, and they would grow to 64 MB.
 */
export async function* passingOn(parts: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const part of parts) {
    yield part;
    passed += part.length;
    if (passed < PASSED_BYTES) continue;
    passed = 0;
    collectYoung();
  }
}
