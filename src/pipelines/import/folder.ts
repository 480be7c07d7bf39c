import { createReadStream, type Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { WorkError, wordsOf } from "../../errors.js";
import { type CsvFile, type CsvPackage, stemOf } from "./csv-file.js";

/** A file on disk; messages name it by its label. */
export const diskFile = (label: string, stem: string, path: string): CsvFile => ({
  label,
  stem,
  open: () => readDisk(label, path),
});

async function* readDisk(label: string, path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: 256 * 1024 });
  } catch (error) {
    throw new WorkError(`${label} cannot be read: ${wordsOf(error)}`, { cause: error });
  }
}

interface Place {
  label: string;
  path: string;
  /** The folder that must contain every file, links resolved. */
  root: string;
}

/** The CSV files of a folder and of its subfolders, by name. @throws WorkError for a link that points outside */
export async function readFolder({ name, path }: { name: string; path: string }): Promise<CsvPackage> {
  const label = name.replace(/(?<=.)[/\\]+$/, "");
  const root = await realpath(path);
  return { label, files: await filesIn({ label, path: root, root }, 1) };
}

async function filesIn(place: Place, foldersBelow: number): Promise<CsvFile[]> {
  const entries = await readdir(place.path, { withFileTypes: true }).catch((error: unknown) => {
    throw new WorkError(`${place.label} cannot be read: ${wordsOf(error)}`, { cause: error });
  });
  const visible = entries.filter(({ name }) => !name.startsWith("."));
  const sorted = visible.sort((a, b) => (a.name < b.name ? -1 : 1));
  const found: CsvFile[] = [];
  for (const entry of sorted) found.push(...(await filesOf(place, entry, foldersBelow)));
  return found;
}

async function filesOf(place: Place, entry: Dirent, foldersBelow: number): Promise<CsvFile[]> {
  const label = `${place.label}/${entry.name}`;
  const path = await resolved(label, join(place.path, entry.name), entry);
  const info = path === undefined ? undefined : await stat(path);
  if (path === undefined || !(info?.isDirectory() ? foldersBelow > 0 : info?.isFile())) return [];
  if (relative(place.root, path).startsWith(".."))
    throw new WorkError(`${label} is a link that points outside the folder: refused (nothing was written)`);
  return info?.isDirectory()
    ? filesIn({ ...place, label, path }, foldersBelow - 1)
    : [diskFile(label, stemOf(label) ?? "", path)];
}

/** The real path of an entry; undefined if it cannot be a CSV file or a folder. */
async function resolved(label: string, path: string, entry: Dirent): Promise<string | undefined> {
  const mayMatter = stemOf(label) !== undefined || entry.isDirectory();
  if (!entry.isSymbolicLink()) return mayMatter ? path : undefined;
  try {
    const end = await realpath(path);
    return mayMatter || (await stat(end)).isDirectory() ? end : undefined;
  } catch (error) {
    if (!mayMatter) return undefined;
    throw new WorkError(`${label} is a broken link (nothing was written)`, { cause: error });
  }
}
