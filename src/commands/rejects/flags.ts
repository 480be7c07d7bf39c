import type { CommonFlags } from "../shell/options.js";

/** Which rejects, where they are not named one by one. */
export interface SelectionFlags {
  code?: string;
  file?: string;
}

/** What the commands take that list and discard rejects. */
export type ListFlags = CommonFlags & SelectionFlags;

/** What `timeback rejects replay` takes. */
export interface ReplayFlags extends CommonFlags, SelectionFlags {
  all?: boolean;
  dryRun?: boolean;
}
