/** The folder of this package: both `src` and the built `dist` (scripts/bundle.js keeps it flat) lie directly in it. */
export const packageFolder = new URL("../", import.meta.url);
