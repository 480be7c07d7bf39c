import { setFlagsFromString } from "node:v8";

/**
 * For commands that read much and keep little: V8 doubles and doubles the room for what is new, which here only fills
 * memory. (Not for short commands: compiled code that is kept beside the program is not taken after it.)
 */
export const keepNurserySmall = (): void => setFlagsFromString("--semi-space-growth-factor=1");
