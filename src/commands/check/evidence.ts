import { WorkError } from "../../errors.js";
import type { EvidenceTable, SourceRow, SourceRows } from "../../pipelines/check/records.js";
import type { CsvFile, CsvPackage } from "../../pipelines/import/csv-file.js";
import type { Mapping } from "../../pipelines/import/header.js";
import type { NamedPath } from "../../pipelines/import/inputs.js";

/** The files of evidence that the command line names. */
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
 * file is of the table that its name says, else of the option's.
 * @throws UsageError for a path that does not exist, WorkError for a file that cannot be read or lacks its columns.
 */
export async function withEvidence<T>(
  { results, resources }: EvidencePaths,
  onBadRow: OnBadRow,
  work: (tables: SourceRows[]) => Promise<T>,
): Promise<T> {
  const [{ withInputs }, { defaultZipLimits }] = await Promise.all([
    import("../../pipelines/import/inputs.js"),
    import("../../pipelines/import/zip.js"),
  ]);
  return withInputs(resources, defaultZipLimits, (ofResources) =>
    withInputs(results, defaultZipLimits, async (ofResults) => {
      const files = [
        ...(await located(ofResults, { table: "assessment_results", paths: results })),
        ...(await located(ofResources, { table: "resources", paths: resources })),
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
async function located(
  packages: readonly CsvPackage[],
  given: { table: EvidenceTable; paths: readonly NamedPath[] },
): Promise<TableFile[]> {
  const [{ tableFor }, { EVIDENCE_TABLES }] = await Promise.all([
    import("../../pipelines/import/header.js"),
    import("../../pipelines/check/records.js"),
  ]);
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
  const { EVIDENCE_TABLES } = await import("../../pipelines/check/records.js");
  const inOrder = EVIDENCE_TABLES.flatMap((table) => files.filter((one) => one.table === table));
  const tables: SourceRows[] = [];
  for (const { table, file } of inOrder)
    tables.push({ table, rows: rowsOf(file, await mappingOf(table, file), onBadRow) });
  return tables;
}

async function mappingOf(table: EvidenceTable, file: CsvFile): Promise<Mapping> {
  const [{ readHeader, tableFor }, { BrokenCsv, readCsv }] = await Promise.all([
    import("../../pipelines/import/header.js"),
    import("../../pipelines/import/csv.js"),
  ]);
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
  const [{ BrokenCsv, readCsv }, { readValuesOf }] = await Promise.all([
    import("../../pipelines/import/csv.js"),
    import("../../pipelines/import/row.js"),
  ]);
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
