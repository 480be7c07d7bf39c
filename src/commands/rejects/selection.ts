import type { Command } from "commander";
import { UsageError } from "../../errors.js";
import type { Db } from "../../store/engine/session.js";
import type { RejectFilter } from "../../store/landing/rejects.js";

/** Which rejects, where they are not named one by one. */
export interface SelectionFlags {
  code?: string;
  file?: string;
}

/** Adds what chooses rejects by what they have in common. */
export const withSelection = (command: Command): Command =>
  command
    .option("--code <code>", "only records that were rejected with this code")
    .option("--file <file>", "only records of this file, as it was named then");

/** The rejects that the flags choose: all, where they say nothing. */
export const chosen = ({ code, file }: SelectionFlags): RejectFilter => ({ code, file });

/** Whether nothing is chosen among the rejects. */
export const isAll = ({ ids, code, file }: RejectFilter): boolean =>
  ids === undefined && code === undefined && file === undefined;

/** Ids that no reject has. */
export const noSuchReject = (ids: readonly string[]): UsageError =>
  new UsageError(
    `no rejected record has the id ${ids.join(", ")}; timeback rejects list shows the ids (nothing was done)`,
  );

/**
 * The rejects that a command is asked to change: those named, or those with this code and file.
 * @throws UsageError when it is asked for both
 */
export function asked(command: string, ids: readonly string[], flags: SelectionFlags): RejectFilter {
  const filter = chosen(flags);
  if (ids.length > 0 && !isAll(filter))
    throw new UsageError(`${command}: give the ids of records, or --code and --file, not both`);
  return ids.length > 0 ? { ids } : filter;
}

/** @throws UsageError when one of the ids is unknown, or no reject is chosen: then nothing is done to the others either. */
export async function requireRejects(db: Db, filter: RejectFilter): Promise<void> {
  const { countRejects, unknownRejects } = await import("../../store/landing/rejects.js");
  if (filter.ids !== undefined) {
    const unknown = await unknownRejects(db, filter.ids);
    if (unknown.length > 0) throw noSuchReject(unknown);
  } else if (!isAll(filter) && (await countRejects(db, filter)).length === 0) {
    const { code, file } = filter;
    const words = [...(code === undefined ? [] : [`code ${code}`]), ...(file === undefined ? [] : [`file ${file}`])];
    throw new UsageError(`no rejected record has the ${words.join(" and the ")} (nothing was done)`);
  }
}
