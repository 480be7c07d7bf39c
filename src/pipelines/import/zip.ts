import { crc32 } from "node:zlib";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { type Expansion, expandsTooFar, usualExpansion } from "../../domain/values/decompression-limit.js";
import { WorkError, wordsOf } from "../../errors.js";
import { type CsvFile, type CsvPackage, isNear, stemOf } from "./csv-file.js";

/** Limits of the sizes that a zip declares; expanding a member beyond its declared size fails. */
export interface ZipLimits {
  /** Of all members read, in total. */
  expandedBytes: number;
  entries: number;
  /** Of one member. */
  expansion: Expansion;
}

/** Limits far above a school district's export, and below a zip bomb. */
export const defaultZipLimits: ZipLimits = {
  expandedBytes: 4 * 2 ** 30,
  entries: 10_000,
  expansion: usualExpansion,
};

const refused = (label: string, why: string, cause?: unknown) =>
  new WorkError(`${label}: ${why} (nothing was written)`, { cause });

/**
 * Opens the CSV files of a zip for `work`, at its top or one folder deep, without writing to disk. Every member has been read to its
 * end once, so none is truncated.
 * @throws WorkError for a zip that is corrupt, encrypted, too large when expanded, or has a path outside of itself
 */
export async function withZip<T>(
  { name: label, path }: { name: string; path: string },
  limits: ZipLimits,
  work: (files: CsvPackage) => Promise<T>,
): Promise<T> {
  const zip = await openPromise(path, { autoClose: false }).catch((error: unknown) => {
    throw refused(label, `not a zip file, or a damaged one: ${wordsOf(error)}`, error);
  });
  try {
    if (zip.entryCount > limits.entries)
      throw refused(label, `holds ${zip.entryCount} entries, more than ${limits.entries}`);
    const members = (await entriesOf(zip, label)).filter(isMember);
    checkMembers(label, members, limits);
    const files = members.map((entry) => memberFile(zip, label, entry));
    for (const file of files) await readToEnd(file);
    return await work({ label, files });
  } finally {
    zip.close();
  }
}

async function readToEnd(file: CsvFile): Promise<void> {
  const blocks = file.open()[Symbol.asyncIterator]();
  while (!(await blocks.next()).done);
}

async function entriesOf(zip: ZipFile, label: string): Promise<Entry[]> {
  try {
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) entries.push(entry);
    return entries;
  } catch (error) {
    throw refused(label, `damaged, or not safe to read: ${wordsOf(error)}`, error);
  }
}

const isMember = ({ fileName }: Entry): boolean =>
  stemOf(fileName) !== undefined && isNear(fileName) && !fileName.startsWith("__MACOSX/");

function checkMembers(label: string, members: readonly Entry[], limits: ZipLimits): void {
  let expanded = 0;
  for (const entry of members) {
    const member = `${label}/${entry.fileName}`;
    if (entry.isEncrypted()) throw refused(member, "is encrypted; give the zip without a password");
    if (!entry.canDecodeFileData())
      throw refused(member, `is compressed by method ${entry.compressionMethod}; only deflate is known`);
    if (expandsTooFar(entry.uncompressedSize, entry.compressedSize, limits.expansion))
      throw refused(
        member,
        `would expand to more than ${limits.expansion.ratio} times its size; if that is right, give --max-expansion`,
      );
    expanded += entry.uncompressedSize;
  }
  if (expanded > limits.expandedBytes)
    throw refused(
      label,
      `would expand to ${expanded} bytes, more than ${limits.expandedBytes}; if that is right, give --max-expanded-bytes`,
    );
}

const memberFile = (zip: ZipFile, label: string, entry: Entry): CsvFile => ({
  label: `${label}/${entry.fileName}`,
  stem: stemOf(entry.fileName) ?? "",
  open: () => readMember(zip, `${label}/${entry.fileName}`, entry),
});

async function* readMember(zip: ZipFile, label: string, entry: Entry): AsyncGenerator<Buffer> {
  let sum = 0;
  try {
    for await (const block of await zip.openReadStreamPromise(entry)) {
      sum = crc32(block as Buffer, sum);
      yield block as Buffer;
    }
  } catch (error) {
    throw new WorkError(`${label} is damaged: ${wordsOf(error)}`, { cause: error });
  }
  if (sum !== entry.crc32) throw new WorkError(`${label} is damaged: its checksum is wrong`);
}
