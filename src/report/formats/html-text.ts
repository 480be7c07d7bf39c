import { printable, printableJson } from "../../domain/values/printable.js";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes text for an element or an attribute; characters that reverse text are written out, as for a terminal. */
export const htmlText = (text: string): string => printable(text).replace(/[&<>"']/g, (mark) => ENTITIES[mark] ?? mark);

/** Escapes JSON for a script element: nothing in it ends the element, and the values are unchanged. */
export const scriptJson = (json: string): string =>
  printableJson(json).replace(/[<>&]/g, (mark) => `\\u00${mark.charCodeAt(0).toString(16)}`);
