import { printable, printableJson } from "../../domain/values/printable.js";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text between tags or in an attribute; what turns text around is written out, as for a terminal. */
export const htmlText = (text: string): string => printable(text).replace(/[&<>"']/g, (mark) => ENTITIES[mark] ?? mark);

/** JSON inside a script element: nothing in it ends the element, and the values are the same. */
export const scriptJson = (json: string): string =>
  printableJson(json).replace(/[<>&]/g, (mark) => `\\u00${mark.charCodeAt(0).toString(16)}`);
