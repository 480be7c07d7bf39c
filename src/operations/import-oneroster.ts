import { type ImportSummary, runImport } from "../pipelines/import/import.js";
import { type NamedPath, withInputs } from "../pipelines/import/inputs.js";
import { type ImportPlan, planImport } from "../pipelines/import/plan.js";
import { defaultZipLimits } from "../pipelines/import/zip.js";
import type { Store } from "../store/engine/session.js";
import { withRun } from "../store/runs/runs.js";
import { type Invocation, runRequest, stopOn } from "./invocation.js";

/** Rows of a chunk, the unit of commit. */
const CHUNK_ROWS = 50_000;

/** Which files are imported, and how. */
export interface ImportInputs {
  /** Folders, zips and CSV files. */
  paths: readonly NamedPath[];
  /** Whether dumps replace their tables too: rows that they do not hold become `tobedeleted`. */
  bulk?: boolean | undefined;
  /** Largest expanded size of a zip, in bytes; 4 GiB by default. */
  maxExpandedBytes?: number | undefined;
  /** How many times its size a zip may expand to. */
  maxExpansion?: number | undefined;
}

/** A plan that `withImportPlan` lends. */
export interface ImportRequest {
  plan: ImportPlan;
  /** Say what would change; write nothing. */
  dryRun?: boolean | undefined;
}

/** What became of the rows of each file. */
export interface ImportAnswer extends ImportSummary {
  runId: string;
  rows: number;
}

/**
 * Lends a plan of what each file is loaded into, read from their names, headers and manifests; no database is needed.
 * @throws UsageError for a path that is not there or of no known kind; WorkError for one that cannot be read
 */
export function withImportPlan<T>(
  { paths, bulk = false, maxExpandedBytes, maxExpansion }: ImportInputs,
  work: (plan: ImportPlan) => Promise<T>,
): Promise<T> {
  const { expandedBytes, expansion } = defaultZipLimits;
  const limits = {
    ...defaultZipLimits,
    expandedBytes: maxExpandedBytes ?? expandedBytes,
    expansion: { ...expansion, ratio: maxExpansion ?? expansion.ratio },
  };
  return withInputs(paths, limits, async (packages) => work(await planImport(packages, { dumpsReplace: bulk })));
}

/**
 * Loads the files of a plan into schema `oneroster` of the analytics database, where the ETL reads them. Safe to repeat: rows
 * that are in place are left untouched; a bad row is quarantined and costs that row only.
 * @throws LockedError; WorkError
 */
export const importOneroster = (
  store: Store,
  { plan, dryRun }: ImportRequest,
  invocation: Invocation,
): Promise<ImportAnswer> =>
  withRun(store, runRequest("import oneroster", invocation, { dryRun }), async (run) => {
    const summary = await runImport(run, plan, {
      chunkRows: CHUNK_ROWS,
      stop: stopOn(invocation.stop),
      progress: (file, rows) => invocation.progress({ doing: file, count: rows }),
    });
    return { runId: run.runId, rows: summary.files.reduce((sum, { rows }) => sum + rows, 0), ...summary };
  });
