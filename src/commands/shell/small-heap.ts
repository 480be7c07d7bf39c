import { setFlagsFromString } from "node:v8";

/**
 * V8 lets what nobody needs any more lie until the heap is many times what is needed. For commands that read much and keep
 * little: here it grows by half at most before it is looked through. (Not for short commands: compiled code that is
 * kept beside the program is not taken after it.)
 */
export const keepHeapSmall = (): void => setFlagsFromString("--heap-growing-percent=50");
