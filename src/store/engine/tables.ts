import type { ColumnType } from "kysely";

/** timestamptz as text in UTC. */
type Instant = ColumnType<string, string | undefined, string>;

interface SettingsTable {
  key: string;
  value: string;
}

interface WatermarksTable {
  source_table: string;
  date_last_modified: string | null;
  sourced_id: string | null;
}

interface CheckpointsTable {
  file: string;
  byte_offset: string;
  line: string;
  prefix_sha256: string;
  counts: unknown;
  saved_at: Instant;
}

/** The tables queried through kysely's builder; all others are read and written in plain SQL. */
export interface Database {
  "timeback.settings": SettingsTable;
  "timeback.watermarks": WatermarksTable;
  "timeback.ingest_checkpoints": CheckpointsTable;
}
