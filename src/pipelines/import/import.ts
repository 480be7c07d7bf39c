import { WorkError } from "../../errors.js";
import type { Session } from "../../store/engine/session.js";
import { inTransaction } from "../../store/engine/transactions.js";
import {
  type ImportedRows,
  landChunk,
  markMissing,
  openImport,
  requireTargets,
} from "../../store/landing/imported-rows.js";
import { keepRejects } from "../../store/landing/rejects.js";
import type { Run } from "../../store/runs/runs.js";
import { addRow, type Chunk, emptyChunk, isFull } from "./chunk.js";
import { BrokenCsv, readCsv } from "./csv.js";
import type { ImportMode, ImportPlan, PlannedFile } from "./plan.js";
import { rejectOf } from "./reject.js";
import { copyColumns } from "./row.js";

/** How to execute a plan. */
export interface ImportRequest {
  /** Rows per chunk, the unit of commit; a chunk ends earlier if its text exceeds 8 MiB. */
  chunkRows: number;
  /** Stops between chunks. */
  stop(): void;
  progress(file: string, rows: number): void;
}

/** rows = inserted + updated + unchanged + rejected. docs/import.md, "Counts". */
export interface FileCounts {
  file: string;
  table: string;
  mode: ImportMode;
  rows: number;
  inserted: number;
  updated: number;
  unchanged: number;
  /** Rows of the table that a bulk file no longer contains. */
  tobedeleted: number;
  rejected: number;
}

export interface ImportSummary {
  files: FileCounts[];
  ignored: readonly string[];
  rejected: number;
  newRejects: number;
  warnings: string[];
}

interface Import {
  run: Run;
  request: ImportRequest;
  summary: ImportSummary;
}

/** Progress of one file. */
interface Loading {
  planned: PlannedFile;
  columns: string[];
  counts: FileCounts;
  chunk: Chunk;
  /** Changed rows dated before the window that the ETL will read again. */
  late: number;
  /** Rows without a readable id: any row of the table may be among them, so none can be reported missing. */
  nameless: number;
}

/**
 * Loads the files of a plan into schema `oneroster`, chunk by chunk, each in a transaction with its rejects. Idempotent: to resume a
 * run that was killed, run it again.
 */
export async function runImport(run: Run, plan: ImportPlan, request: ImportRequest): Promise<ImportSummary> {
  await requireTargets(run.session.db);
  const summary: ImportSummary = {
    files: [],
    ignored: plan.ignored,
    rejected: 0,
    newRejects: 0,
    warnings: [...plan.warnings],
  };
  for (const planned of plan.files) await importFile({ run, request, summary }, planned);
  return summary;
}

async function importFile(job: Import, planned: PlannedFile): Promise<void> {
  const { file, mapping, mode } = planned;
  const columns = copyColumns(mapping);
  const counts: FileCounts = {
    file: file.label,
    table: mapping.table.name,
    mode,
    rows: 0,
    inserted: 0,
    updated: 0,
    unchanged: 0,
    tobedeleted: 0,
    rejected: 0,
  };
  job.summary.files.push(counts);
  const loading: Loading = { planned, columns, counts, chunk: emptyChunk(), late: 0, nameless: 0 };
  await openImport(job.run.session.db, mapping.table, columns);
  await readRows(loading, job.request.chunkRows, async () => {
    count(job, loading, await step(job, (inside) => land(job, inside, loading)));
  });
  if (mode === "bulk" && loading.nameless === 0)
    counts.tobedeleted = await step(job, (inside) => markMissing(inside.db, mapping.table));
  job.summary.rejected += counts.rejected;
  job.summary.warnings.push(...warningsOf(loading));
}

async function step<T>({ run, request }: Import, work: (session: Session) => Promise<T>): Promise<T> {
  request.stop();
  return inTransaction(run.session, work);
}

async function readRows(loading: Loading, chunkRows: number, flush: () => Promise<void>): Promise<void> {
  const { planned, chunk } = loading;
  const { label } = planned.file;
  try {
    let isHeader = true;
    for await (const row of readCsv(planned.file)) {
      if (isHeader) requireSameHeader(planned, row.cells);
      else addRow(chunk, planned, loading.columns, row);
      isHeader = false;
      if (isFull(chunk, chunkRows)) await flush();
    }
  } catch (error) {
    if (!(error instanceof BrokenCsv)) throw error;
    chunk.rejects.push(rejectOf(label, error.line, { code: "csv-broken", reason: error.message }, []));
    chunk.rows += 1;
    chunk.nameless += 1;
  }
  if (chunk.rows > 0) await flush();
}

function requireSameHeader({ file, mapping }: PlannedFile, cells: readonly string[]): void {
  if (cells.map((cell) => cell.trim()).join() !== mapping.names.join())
    throw new WorkError(`${file.label} was changed while it was being read; run it again`);
}

/** Outcome of a chunk: its rows, its rejects, and how many of those no earlier run kept. */
interface LandedChunk {
  landed: ImportedRows;
  rejected: number;
  newRejects: number;
}

/** Lands the chunk and its rejects. */
async function land({ run }: Import, session: Session, { planned, columns, chunk }: Loading): Promise<LandedChunk> {
  const { label } = planned.file;
  const { table } = planned.mapping;
  const landed = await landChunk(session, { table, columns, text: chunk.text, rejectedIds: chunk.rejectedIds });
  const repeated = landed.duplicates.map(({ sourcedId, line, first }) =>
    rejectOf(label, line, { code: "csv-duplicate-id", reason: `sourced_id ${sourcedId} is already in line ${first}` }, [
      sourcedId,
    ]),
  );
  const rejects = [...chunk.rejects, ...repeated];
  return { landed, rejected: rejects.length, newRejects: await keepRejects(session, run.runId, rejects) };
}

/** Counts a committed chunk, and empties it. */
function count({ request, summary }: Import, loading: Loading, { landed, rejected, newRejects }: LandedChunk): void {
  const { planned, chunk, counts } = loading;
  summary.newRejects += newRejects;
  for (const key of ["inserted", "updated", "unchanged"] as const) counts[key] += landed[key];
  counts.rows += chunk.rows;
  counts.rejected += rejected;
  loading.late += landed.late;
  loading.nameless += chunk.nameless;
  Object.assign(chunk, emptyChunk());
  request.progress(planned.file.label, counts.rows);
}

function warningsOf({ planned: { file, mode }, counts, late, nameless }: Loading): string[] {
  const warnings: string[] = [];
  if (mode === "bulk" && nameless > 0)
    warnings.push(
      `${file.label}: ${nameless} rows without a readable id, so no row was marked as deleted for being missing from it`,
    );
  if (mode === "bulk" && counts.rows === 0 && counts.tobedeleted > 0)
    warnings.push(
      `${file.label}: a bulk file without rows: all ${counts.tobedeleted} rows of ${counts.table} were marked as deleted`,
    );
  if (late > 0)
    warnings.push(
      `${file.label}: ${late} changed rows are dated before what the ETL reads next; run timeback etl oneroster --full to read them`,
    );
  return warnings;
}
