import { sql } from "kysely";
import type { Db } from "../engine/session.js";

/** Progress of an unfinished run in one file: everything before `byteOffset` is committed. */
export interface Checkpoint {
  file: string;
  byteOffset: number;
  line: number;
  /** Hash of the lines before `byteOffset` (src/pipelines/caliper/land/resume-hash.ts): only unchanged files are resumed. */
  prefixSha256: string;
  /** Counts of the records before `byteOffset`. */
  counts: Record<string, number>;
}

/** The checkpoint of a file, if a run left one. */
export async function readCheckpoint(db: Db, file: string): Promise<Checkpoint | undefined> {
  const row = await db
    .selectFrom("timeback.ingest_checkpoints")
    .selectAll()
    .where("file", "=", file)
    .executeTakeFirst();
  if (!row) return undefined;
  const counts = row.counts as Record<string, number>;
  return { file, byteOffset: Number(row.byte_offset), line: Number(row.line), prefixSha256: row.prefix_sha256, counts };
}

/** Saves a checkpoint; call it in the transaction of its rows. */
export async function saveCheckpoint(
  db: Db,
  { file, byteOffset, line, prefixSha256, counts }: Checkpoint,
): Promise<void> {
  await sql`
    insert into timeback.ingest_checkpoints (file, byte_offset, line, prefix_sha256, counts)
    values (${file}, ${byteOffset}, ${line}, ${prefixSha256}, ${JSON.stringify(counts)}::jsonb)
    on conflict (file) do update set byte_offset = excluded.byte_offset, line = excluded.line,
      prefix_sha256 = excluded.prefix_sha256, counts = excluded.counts, saved_at = now()`.execute(db);
}

/** Deletes the checkpoint of a finished file, whose next reading starts at the beginning. */
export async function dropCheckpoint(db: Db, file: string): Promise<void> {
  await db.deleteFrom("timeback.ingest_checkpoints").where("file", "=", file).execute();
}
