import { WorkError } from "../../errors.js";
import { readCsv } from "./csv.js";
import type { CsvFile } from "./csv-file.js";

/** A file's mode in a manifest: everything, changes only, or not included. */
export type ManifestMode = "bulk" | "delta" | "absent";

/** Modes by the stem of the file, in lower case. */
export type Manifest = ReadonlyMap<string, ManifestMode>;

const PROPERTY = /^file\.(.+)$/i;
const MODES: ReadonlySet<string> = new Set(["bulk", "delta", "absent"]);
const isMode = (text: string): text is ManifestMode => MODES.has(text);

/**
 * Reads `manifest.csv` (`propertyName,value`).
 * @throws WorkError for a mode that OneRoster does not know.
 */
export async function readManifest(file: CsvFile): Promise<Manifest> {
  const modes = new Map<string, ManifestMode>();
  for await (const { line, cells } of readCsv(file)) {
    const stem = PROPERTY.exec((cells[0] ?? "").trim())?.[1];
    if (stem === undefined) continue;
    const mode = (cells[1] ?? "").trim().toLowerCase();
    if (!isMode(mode))
      throw new WorkError(`${file.label}:${line}: ${cells[0]} must be bulk, delta or absent (nothing was written)`);
    modes.set(stem.toLowerCase(), mode);
  }
  return modes;
}
