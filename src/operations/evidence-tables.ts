import { WorkError } from "../errors.js";
import { EVIDENCE_TABLES, type EvidenceTable, type SourceRow, type SourceRows } from "../pipelines/check/records.js";
import { BrokenCsv, readCsv } from "../pipelines/import/csv.js";
import type { CsvFile, CsvPackage } from "../pipelines/import/csv-file.js";
import { type Mapping, readHeader, tableFor } from "../pipelines/import/header.js";
import { type NamedPath, withInputs } from "../pipelines/import/inputs.js";
import { readValuesOf } from "../pipelines/import/row.js";
import { defaultZipLimits } from "../pipelines/import/zip.js";

/** The files of evidence. */
export interface EvidencePaths {
  results: readonly NamedPath[];
  resources: readonly NamedPath[];
}

/** Told of a row that could not be read: it costs that row only. */
export type OnBadRow = (address: string, reason: string) => void;

interface TableFile {
  table: EvidenceTable;
  file: CsvFile;
}

/**
 * Lends the tables of the evidence, read as `import oneroster` reads them, in the order in which the check wants them. A
 * file is of the table that its name says, else of the one that it is given as.
 * @throws UsageError for a path that does not exist, WorkError for a file that cannot be read or lacks its columns.
 */
export async function withEvidence<T>(
  { results, resources }: EvidencePaths,
  onBadRow: OnBadRow,
  work: (tables: SourceRows[]) => Promise<T>,
): Promise<T> {
  return withInputs(resources, defaultZipLimits, (ofResources) =>
    withInputs(results, defaultZipLimits, async (ofResults) => {
      const files = [
        ...located(ofResults, { table: "assessment_results", paths: results }),
        ...located(ofResources, { table: "resources", paths: resources }),
      ];
      // An export that is given to both options is read once, in its place among the results: their order is that of readings.
      const again = (one: TableFile, at: number) =>
        files.slice(0, at).some(({ file }) => file.label === one.file.label);
      const once = files.filter((one, at) => !again(one, at));
      return work(await opened(once, onBadRow));
    }),
  );
}

/** The files that are evidence, each with its table; `given` says which one a file of `paths` is where its name does not. */
function located(
  packages: readonly CsvPackage[],
  given: { table: EvidenceTable; paths: readonly NamedPath[] },
): TableFile[] {
  return packages
    .flatMap(({ files }) => files)
    .flatMap((file) => {
      const name =
        tableFor(file.stem)?.name ?? (given.paths.some((one) => one.name === file.label) ? given.table : undefined);
      const table = EVIDENCE_TABLES.find((one) => one === name);
      return table === undefined ? [] : [{ table, file }];
    });
}

/** Looks at every header before anything is read. */
async function opened(files: readonly TableFile[], onBadRow: OnBadRow): Promise<SourceRows[]> {
  const inOrder = EVIDENCE_TABLES.flatMap((table) => files.filter((one) => one.table === table));
  const tables: SourceRows[] = [];
  for (const { table, file } of inOrder)
    tables.push({ table, rows: rowsOf(file, await mappingOf(table, file), onBadRow) });
  return tables;
}

async function mappingOf(table: EvidenceTable, file: CsvFile): Promise<Mapping> {
  const imported = tableFor(table);
  try {
    for await (const { cells } of readCsv(file)) {
      const reading = imported === undefined ? undefined : readHeader(imported, cells);
      if (reading?.ok) return reading.mapping;
      throw new WorkError(`${file.label}: ${reading?.why ?? "is not known"}`);
    }
  } catch (error) {
    if (error instanceof BrokenCsv) throw new WorkError(`${file.label}: in its header, ${error.message}`);
    throw error;
  }
  throw new WorkError(`${file.label}: is empty`);
}

async function* rowsOf(file: CsvFile, mapping: Mapping, onBadRow: OnBadRow): AsyncGenerator<SourceRow> {
  let isHeader = true;
  try {
    for await (const row of readCsv(file)) {
      const reading = isHeader ? undefined : readValuesOf(mapping, row);
      isHeader = false;
      if (reading?.kind === "values") yield reading.values;
      if (reading?.kind === "rejected") onBadRow(`${file.label}:${row.line}`, reading.reason);
    }
  } catch (error) {
    if (!(error instanceof BrokenCsv)) throw error;
    onBadRow(`${file.label}:${error.line}`, error.message);
  }
}
