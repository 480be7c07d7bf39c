/** The text by itself, to be kept: one that was cut out of another keeps all of that in memory. */
export const detached = (text: string): string => Buffer.from(text).toString();
