/** A CSV file of the input, in a folder, in a zip or by itself. */
export interface CsvFile {
  /** As given on the command line, plus the path inside: `export.zip/results.csv`. */
  label: string;
  /** File name in lower case, without folder and `.csv`: it determines the table. */
  stem: string;
  /** Opens it from the start. */
  open(): AsyncIterable<Buffer>;
}

/** Files that share one manifest. */
export interface CsvPackage {
  /** The folder or zip as given, or the names of the single files. */
  label: string;
  files: readonly CsvFile[];
}

const CSV = /([^/\\]+)\.csv$/i;

/** The stem of a CSV file's path; undefined for other and for hidden files (macOS's `._users.csv`). */
export function stemOf(path: string): string | undefined {
  const stem = CSV.exec(path)?.[1];
  return stem === undefined || stem.startsWith(".") ? undefined : stem.toLowerCase();
}

/** Whether a path inside a package is at the top or one folder deep. */
export const isNear = (path: string): boolean => path.split("/").length <= 2;
