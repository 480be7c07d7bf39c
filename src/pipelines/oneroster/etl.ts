import type { FactRules } from "../../domain/rules/fact-rules.js";
import { foldEmail } from "../../domain/values/email.js";
import { isLongKey } from "../../domain/values/key-length.js";
import { inLanes, type LaneOrder, stoppable } from "../../flow/ordered-lanes.js";
import { prefetch } from "../../flow/prefetch.js";
import { withRetries } from "../../store/engine/retry.js";
import type { Session } from "../../store/engine/session.js";
import { isAnyResultLanded } from "../../store/facts/affected.js";
import type { FactChanges } from "../../store/facts/update-facts.js";
import { openSeen } from "../../store/landing/full-read.js";
import { type LandedRows, landReferenceRows, removeVanished } from "../../store/landing/reference-tables.js";
import { type LandedResults, landResults, markVanished } from "../../store/landing/results.js";
import type { Run } from "../../store/runs/runs.js";
import { advanceWatermark, readFrom, readWatermark } from "../../store/runs/watermarks.js";
import { type Batch, modifiedRows, type Page, type ReadingSizes, undatedRows } from "../../store/source/batches.js";
import { pageColumns, type Source } from "../../store/source/inspect.js";
import { unchangedRows } from "../../store/source/table-checksum.js";
import { assessmentResults, type SourceTable, sourceTables, users } from "../../store/source/tables.js";
import { addChanges, withDerivedFacts } from "../facts/derived-step.js";
import { mapColumn } from "./copy-column.js";

/** What an ETL run reads, and how. */
export interface EtlRequest {
  /** Read everything, and void what the source no longer contains. */
  full: boolean;
  /** Read from this instant (naive UTC text of the source) instead of from the watermark. */
  since: string | null;
  /** Overlap before the watermark, in seconds. */
  overlapSeconds: number;
  /** Page and batch sizes, for results and for reference tables. */
  rows: { results: ReadingSizes; reference: ReadingSizes };
  /** Stops between transactions. */
  stop(): void;
  progress(table: string, read: number): void;
}

/** Counts of a reference table. */
export interface TableCounts {
  read: number;
  changed: number;
  rejected: number;
  vanished: number;
}

/** read = changed + unchanged + rejected + testUsers, of assessment_results. docs/oneroster.md, "Counts". */
export interface EtlSummary {
  read: number;
  changed: number;
  unchanged: number;
  rejected: number;
  newRejects: number;
  testUsers: number;
  vanished: number;
  watermark: { before: string | null; after: string | null };
  facts: FactChanges;
  reference: Record<string, TableCounts>;
  /** Optional tables that the source lacks, and the evidence lost with each. */
  missing: { table: string; evidence: string }[];
}

interface Etl {
  run: Run;
  source: Source;
  rules: FactRules;
  request: EtlRequest;
  summary: EtlSummary;
  /** Whether no result was landed when the run began. */
  expectNew: boolean;
}

const iso = (naive: string | undefined): string | null =>
  naive === undefined
    ? null
    : `${naive.replace(" ", "T").replace(/\.\d+$/, "")}.${(/\.(\d+)$/.exec(naive)?.[1] ?? "").padEnd(3, "0").slice(0, 3)}Z`;

/**
 * Reads what changed in the source, lands it and derives the affected facts, batch by batch. Each batch is committed together with
 * its facts and its watermark, so a run that was killed is continued by the next one.
 */
export async function runEtl(run: Run, source: Source, rules: FactRules, request: EtlRequest): Promise<EtlSummary> {
  const before = await readWatermark(run.session.db, assessmentResults.name);
  const summary: EtlSummary = {
    read: 0,
    changed: 0,
    unchanged: 0,
    rejected: 0,
    newRejects: 0,
    testUsers: 0,
    vanished: 0,
    watermark: { before: iso(before?.dateLastModified), after: null },
    facts: { inserted: 0, updated: 0, deleted: 0 },
    reference: {},
    missing: source.missing.map(({ name, evidence }) => ({ table: name, evidence })),
  };
  const etl: Etl = { run, source, rules, request, summary, expectNew: !(await isAnyResultLanded(run.session.db)) };
  await readTables(etl);
  summary.watermark.after = iso((await readWatermark(run.session.db, assessmentResults.name))?.dateLastModified);
  return summary;
}

/** Runs one batch (or clean-up) with the facts that it affects, in one transaction. The caller adds up its counts. */
async function step<T>(etl: Etl, session: Session, work: (session: Session) => Promise<T>): Promise<T> {
  etl.request.stop();
  const { result, made } = await withDerivedFacts(session, etl.rules, work);
  addChanges(etl.summary.facts, made);
  return result;
}

async function startOf(
  { request, run: { session } }: Etl,
  table: SourceTable,
): Promise<{ from: string | null; gap: boolean }> {
  if (request.full) return { from: null, gap: false };
  const standard = await readFrom(session.db, table.name, request.overlapSeconds);
  if (request.since === null) return { from: standard, gap: false };
  return { from: request.since, gap: standard === null || request.since > standard };
}

/** A batch of a table, and whether it advances the watermark; null for the end of a table that is read in full. */
interface Turn {
  table: SourceTable;
  batch: Batch | null;
  advances: boolean;
}

interface Start {
  table: SourceTable;
  from: string | null;
  gap: boolean;
}

async function* turns({ source, request }: Etl, starts: readonly Start[]): AsyncGenerator<Turn> {
  for (const { table, from, gap } of starts) {
    const sizes = table === assessmentResults ? request.rows.results : request.rows.reference;
    for await (const batch of modifiedRows(source, table, from, sizes)) yield { table, batch, advances: !gap };
    for await (const batch of undatedRows(source, table, sizes)) yield { table, batch, advances: false };
    if (request.full) yield { table, batch: null, advances: false };
  }
}

/** Skips a reference table that is already landed unchanged: counts its rows and advances its watermark. False: the table must be read. */
async function countUnchanged({ source, run, request, summary }: Etl, { table, from, gap }: Start): Promise<boolean> {
  if (request.full || table === assessmentResults) return false;
  const unchanged = await unchangedRows(run.session, source, table, from);
  if (!unchanged) return false;
  const { rows, last } = unchanged;
  if (last && !gap) await withRetries(run.session, () => advanceWatermark(run.session.db, table.name, last));
  if (rows > 0) countsOf(summary, table).read += rows;
  request.progress(table.name, rows);
  return true;
}

/** Reads all tables. With two connections, the next batch is read and landed while the facts of the current one are derived. */
async function readTables(etl: Etl): Promise<void> {
  const { source, run, request } = etl;
  const starts: Start[] = [];
  for (const table of sourceTables)
    if (source.tables.get(table.name)?.size) {
      const start = { table, ...(await startOf(etl, table)) };
      if (!(await countUnchanged(etl, start))) starts.push(start);
    }
  if (request.full) await openSeen(run.session.db);
  const lanes: [Session, ...Session[]] = [run.session];
  if (run.second && !request.full) lanes.push(run.second); // `seenIds` of a full read are in one session
  await inLanes(
    lanes,
    turns(etl, starts),
    (session, turn, order) => takeTurn(etl, session, turn, stoppable(order, request.stop)),
    (work) => withRetries(run.session, work),
  );
}

async function takeTurn(etl: Etl, session: Session, { table, batch, advances }: Turn, order: LaneOrder): Promise<void> {
  if (batch) {
    const landed = await step(etl, session, async (inside) => {
      const rows = await landBatch(etl, inside, { table, batch, order });
      if (advances) await advanceWatermark(inside.db, table.name, batch.last);
      return rows;
    });
    countRows(etl, table, landed);
  } else {
    const gone = await step(etl, session, (inside) => voidVanished(etl, inside, table));
    if (table === assessmentResults) etl.summary.vanished += gone;
    else countsOf(etl.summary, table).vanished += gone;
    await openSeen(etl.run.session.db);
  }
}

/** The pages of a batch; with a second connection, the next page is read while this one is staged. */
async function* pagesOf({ run }: Etl, table: SourceTable, batch: Batch): AsyncGenerator<Page> {
  const pages = run.second ? prefetch(batch.pages()) : batch.pages();
  const email = pageColumns(table).indexOf("email");
  for await (const page of pages) yield table === users ? mapColumn(page, email, keptEmail) : page;
}

async function landBatch(
  etl: Etl,
  session: Session,
  { table, batch, order }: { table: SourceTable; batch: Batch; order: LaneOrder },
): Promise<LandedResults | LandedRows> {
  const { source, rules, run, request, expectNew } = etl;
  const incoming = { source, table, pages: pagesOf(etl, table, batch), full: request.full, order };
  return table === assessmentResults
    ? landResults(session, rules, incoming, { runId: run.runId, expectNew })
    : landReferenceRows(session, rules, incoming, run.runId);
}

function countRows({ summary, request }: Etl, table: SourceTable, landed: LandedResults | LandedRows): void {
  if ("testUsers" in landed) {
    for (const key of ["read", "changed", "unchanged", "rejected", "newRejects", "testUsers"] as const)
      summary[key] += landed[key];
    request.progress(table.name, summary.read);
  } else {
    const counts = countsOf(summary, table);
    counts.read += landed.read;
    counts.changed += landed.changed;
    counts.rejected += landed.rejected;
    summary.newRejects += landed.newRejects;
    request.progress(table.name, counts.read);
  }
}

/** Null for an email too long for an index. */
function keptEmail(email: string): string | null {
  const folded = foldEmail(email);
  return folded !== null && isLongKey(folded) ? null : folded;
}

function countsOf(summary: EtlSummary, { name }: SourceTable): TableCounts {
  summary.reference[name] ??= { read: 0, changed: 0, rejected: 0, vanished: 0 };
  return summary.reference[name];
}

const voidVanished = ({ rules }: Etl, session: Session, table: SourceTable): Promise<number> =>
  table === assessmentResults ? markVanished(session.db, rules) : removeVanished(session.db, table, rules);
