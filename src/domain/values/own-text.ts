/** A copy that shares no memory: V8 keeps a substring's whole parent text alive. */
export const detached = (text: string): string => Buffer.from(text).toString();
