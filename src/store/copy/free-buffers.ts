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
 * Passes buffers on, which are to be used up before the next one is asked for, and frees them in time: V8 sees only the small
 * objects on its heap that stand for them, and would let those that nobody holds lie until they come to 64 MB.
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
