import { open, stat } from "node:fs/promises";
import { UsageError, WorkError, wordsOf } from "../../errors.js";
import { type CsvFile, type CsvPackage, stemOf } from "./csv-file.js";
import { diskFile, readFolder } from "./folder.js";
import { withZip, type ZipLimits } from "./zip.js";

/** A path to read. */
export interface NamedPath {
  /** As typed: the name in messages and in labels of files. */
  name: string;
  path: string;
}

type Kind = "folder" | "zip" | "csv";

/** The source of one package. */
interface Part {
  kind: Kind;
  paths: [NamedPath, ...NamedPath[]];
}

type Work<T> = (packages: CsvPackage[]) => Promise<T>;

/**
 * Opens the packages that the command line names, in order, for `work`: each folder and each zip is one package, all single CSV files
 * together are one.
 * @throws UsageError for a path that does not exist or is not a folder, zip or CSV; WorkError for one that cannot be read
 */
export async function withInputs<T>(paths: readonly NamedPath[], limits: ZipLimits, work: Work<T>): Promise<T> {
  const parts: Part[] = [];
  for (const path of new Map(paths.map((one) => [one.name, one])).values()) {
    const kind = await kindOf(path);
    const lone = kind === "csv" ? parts.find((part) => part.kind === "csv") : undefined;
    if (lone) lone.paths.push(path);
    else parts.push({ kind, paths: [path] });
  }
  return lend(parts, limits, [], work);
}

async function lend<T>([part, ...others]: Part[], limits: ZipLimits, ready: CsvPackage[], work: Work<T>): Promise<T> {
  if (part === undefined) return work(ready);
  const [first] = part.paths;
  if (part.kind === "zip") return withZip(first, limits, (files) => lend(others, limits, [...ready, files], work));
  const files =
    part.kind === "folder"
      ? await readFolder(first)
      : { label: part.paths.map(({ name }) => name).join(", "), files: part.paths.map(loneFile) };
  return lend(others, limits, [...ready, files], work);
}

const loneFile = ({ name, path }: NamedPath): CsvFile => diskFile(name, stemOf(name) ?? "", path);

async function kindOf({ name, path }: NamedPath): Promise<Kind> {
  const info = await stat(path).catch((error: unknown) => {
    throw isMissing(error)
      ? new UsageError(`${name}: there is no such file or folder; check the path`, { cause: error })
      : unreadable(name, error);
  });
  if (info.isDirectory()) return "folder";
  if (!info.isFile()) throw new UsageError(`${name}: is not a file; the import reads its inputs more than once`);
  if (await startsLikeZip(name, path)) return "zip";
  if (stemOf(name) !== undefined) return "csv";
  throw new UsageError(`${name}: neither a folder, a zip nor a CSV file`);
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");

const unreadable = (name: string, error: unknown) =>
  new WorkError(`${name} cannot be read: ${wordsOf(error)}`, { cause: error });

/** A file named .zip counts as a zip even if it does not start like one: it is reported as damaged when opened. */
async function startsLikeZip(name: string, path: string): Promise<boolean> {
  if (/\.zip$/i.test(name)) return true;
  const file = await open(path, "r").catch((error: unknown) => {
    throw unreadable(name, error);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && (buffer.readUInt32BE() === 0x504b0304 || buffer.readUInt32BE() === 0x504b0506);
  } finally {
    await file.close();
  }
}
