import { UsageError, WorkError } from "../../errors.js";
import { type ImportTable, importTables } from "../../store/landing/import-tables.js";
import { BrokenCsv, type CsvRow, readCsv } from "./csv.js";
import type { CsvFile, CsvPackage } from "./csv-file.js";
import { type HeaderReading, type Mapping, readHeader, tableFor } from "./header.js";
import { type Manifest, readManifest } from "./manifest.js";

/** How a file changes its table: it replaces everything, contains changes (OneRoster), or is an upserted dump. */
export type ImportMode = "bulk" | "delta" | "upsert";

/** A file that will be loaded. */
export interface PlannedFile {
  file: CsvFile;
  mapping: Mapping;
  mode: ImportMode;
}

/** What an import will do, planned before anything is written. */
export interface ImportPlan {
  files: readonly PlannedFile[];
  /** CSV files that are not imported, or that the manifest declares absent. */
  ignored: readonly string[];
  warnings: readonly string[];
}

interface Draft {
  files: PlannedFile[];
  ignored: string[];
  warnings: string[];
  faults: string[];
}

/** Reads every header and manifest. @throws WorkError that names, in one line, every file that cannot be imported */
export async function planImport(
  packages: readonly CsvPackage[],
  options: { dumpsReplace: boolean },
): Promise<ImportPlan> {
  const { faults, ...plan }: Draft = { files: [], ignored: [], warnings: [], faults: [] };
  for (const one of packages) await planPackage(one, options.dumpsReplace, { ...plan, faults });
  if (faults.length > 0) throw new WorkError(`${faults.join("; ")} (nothing was written)`);
  return plan;
}

async function planPackage({ label, files }: CsvPackage, dumpsReplace: boolean, draft: Draft): Promise<void> {
  if (files.length === 0) throw new UsageError(`${label}: holds no CSV file`);
  const manifests = files.filter(({ stem }) => stem === "manifest");
  if (manifests.length > 1)
    draft.faults.push(
      `${label} holds ${manifests.length} manifests: ${manifests.map((file) => file.label).join(", ")}`,
    );
  const manifest = manifests[0] ? await readManifest(manifests[0]) : undefined;
  const wanted = files.filter((file) => file.stem !== "manifest" && isWanted(file, manifest, draft));
  if (!files.some(({ stem }) => tableFor(stem))) throw new WorkError(nothingKnown(label, files));
  draft.faults.push(...missingFiles(label, wanted, manifest));
  for (const table of importTables) {
    const ofTable = wanted.filter(({ stem }) => tableFor(stem) === table);
    if (ofTable.length > 1)
      draft.faults.push(
        `${ofTable.map((file) => file.label).join(" and ")} fill the same table: import them one after the other`,
      );
    else if (ofTable[0]) await planFile(ofTable[0], manifest, dumpsReplace, draft);
  }
}

const nothingKnown = (label: string, files: readonly CsvFile[]): string =>
  `${label}: none of its files is recognised (${files.map(({ stem }) => `${stem}.csv`).join(", ")}); expected OneRoster's users, courses, lineItems, results, ` +
  `or dumps named ${importTables.map(({ name }) => name).join(", ")} (nothing was written)`;

function isWanted(file: CsvFile, manifest: Manifest | undefined, draft: Draft): boolean {
  const absent = manifest?.get(file.stem) === "absent";
  if (absent && tableFor(file.stem))
    draft.warnings.push(`${file.label}: the manifest calls it absent, so it was not read`);
  const wanted = !absent && tableFor(file.stem) !== undefined;
  if (!wanted) draft.ignored.push(file.label);
  return wanted;
}

/**
 * Faults for files that a manifest lists and the package lacks: it was probably truncated, and importing the rest would look like
 * success.
 */
function missingFiles(label: string, files: readonly CsvFile[], manifest: Manifest | undefined): string[] {
  const promised = [...(manifest ?? [])].filter(([stem, mode]) => mode !== "absent" && tableFor(stem) !== undefined);
  const lost = promised.filter(([stem]) => !files.some((file) => file.stem === stem)).map(([stem]) => `${stem}.csv`);
  return lost.length > 0 ? [`${label}: the manifest lists ${lost.join(", ")}, which it does not contain`] : [];
}

async function planFile(
  file: CsvFile,
  manifest: Manifest | undefined,
  dumpsReplace: boolean,
  draft: Draft,
): Promise<void> {
  const table = tableFor(file.stem);
  if (table === undefined) return;
  const reading = await headerOf(file, table);
  if (!reading.ok) {
    draft.faults.push(`${file.label}: ${reading.why}`);
    return;
  }
  const { mapping } = reading;
  if (mapping.unknown.length > 0)
    draft.warnings.push(`${file.label}: columns that are not used: ${mapping.unknown.join(", ")}`);
  draft.files.push({ file, mapping, mode: await modeOf(file, mapping, manifest, dumpsReplace) });
}

async function headerOf(file: CsvFile, table: ImportTable): Promise<HeaderReading> {
  try {
    for await (const { cells } of readCsv(file)) return readHeader(table, cells);
    return { ok: false, why: "is empty" };
  } catch (error) {
    if (error instanceof BrokenCsv) return { ok: false, why: `in its header, ${error.message}` };
    throw error;
  }
}

async function modeOf(
  file: CsvFile,
  mapping: Mapping,
  manifest: Manifest | undefined,
  dumpsReplace: boolean,
): Promise<ImportMode> {
  if (mapping.dialect === "dump") return dumpsReplace ? "bulk" : "upsert";
  const said = manifest?.get(file.stem);
  return said === "bulk" || said === "delta" ? said : guessMode(file, mapping);
}

/** Without a manifest: bulk files leave status and dateLastModified empty. A file without rows is never bulk, lest it empty the table. */
async function guessMode(file: CsvFile, { columns }: Mapping): Promise<ImportMode> {
  const marks = columns.filter(({ column }) => column === "status" || column === "date_last_modified");
  const isMarked = ({ cells }: CsvRow) => marks.some(({ at }) => (cells[at] ?? "").trim() !== "");
  let rows = 0;
  try {
    for await (const row of readCsv(file)) {
      rows += 1;
      if (rows > 1 && isMarked(row)) return "delta";
    }
  } catch (error) {
    if (!(error instanceof BrokenCsv)) throw error;
  }
  return rows > 1 ? "bulk" : "delta";
}
