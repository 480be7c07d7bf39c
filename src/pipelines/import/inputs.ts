import { open, stat } from "node:fs/promises";
import { UsageError, WorkError, wordsOf } from "../../errors.js";
import { type CsvFile, type CsvPackage, stemOf } from "./csv-file.js";
import { diskFile, readFolder } from "./folder.js";
import { withZip, type ZipLimits } from "./zip.js";

type Kind = "folder" | "zip" | "csv";

/** What becomes one package. */
interface Part {
  kind: Kind;
  paths: string[];
}

type Work<T> = (packages: CsvPackage[]) => Promise<T>;

/**
 * Lends what the command line names, in its order: each folder and each zip is a package of its own, all single CSV
 * files together are one.
 * @throws UsageError for a path that does not exist or is neither folder, zip nor CSV; WorkError for one that cannot be read.
 */
export async function withInputs<T>(paths: readonly string[], limits: ZipLimits, work: Work<T>): Promise<T> {
  const parts: Part[] = [];
  for (const path of new Set(paths)) {
    const kind = await kindOf(path);
    const lone = kind === "csv" ? parts.find((part) => part.kind === "csv") : undefined;
    if (lone) lone.paths.push(path);
    else parts.push({ kind, paths: [path] });
  }
  return lend(parts, limits, [], work);
}

async function lend<T>([part, ...others]: Part[], limits: ZipLimits, ready: CsvPackage[], work: Work<T>): Promise<T> {
  if (part === undefined) return work(ready);
  const path = part.paths[0] ?? "";
  if (part.kind === "zip") return withZip(path, limits, (files) => lend(others, limits, [...ready, files], work));
  const files =
    part.kind === "folder" ? await readFolder(path) : { label: part.paths.join(", "), files: part.paths.map(loneFile) };
  return lend(others, limits, [...ready, files], work);
}

const loneFile = (path: string): CsvFile => diskFile(path, stemOf(path) ?? "", path);

async function kindOf(path: string): Promise<Kind> {
  const info = await stat(path).catch((error: unknown) => {
    throw isMissing(error)
      ? new UsageError(`${path}: there is no such file or folder; check the path`, { cause: error })
      : unreadable(path, error);
  });
  if (info.isDirectory()) return "folder";
  if (!info.isFile()) throw new UsageError(`${path}: is no file; the import reads its inputs more than once`);
  if (await startsLikeZip(path)) return "zip";
  if (stemOf(path) !== undefined) return "csv";
  throw new UsageError(`${path}: neither a folder, a zip nor a CSV file`);
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");

const unreadable = (path: string, error: unknown) =>
  new WorkError(`${path} cannot be read: ${wordsOf(error)}`, { cause: error });

/** A file named .zip that does not start like one is a damaged zip, and is said to be one when it is opened. */
async function startsLikeZip(path: string): Promise<boolean> {
  if (/\.zip$/i.test(path)) return true;
  const file = await open(path, "r").catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && (buffer.readUInt32BE() === 0x504b0304 || buffer.readUInt32BE() === 0x504b0506);
  } finally {
    await file.close();
  }
}
