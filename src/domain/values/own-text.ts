/** A copy of the text that shares no memory: V8 keeps the whole text alive that a substring was cut from. */
export const detached = (text: string): string => Buffer.from(text).toString();
