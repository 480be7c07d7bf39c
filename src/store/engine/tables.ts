import type { ColumnType } from "kysely";

/** numeric as exact decimal text; see `exactTypes`. */
type Decimal = string | null;
/** timestamptz as text in UTC. */
type Instant = ColumnType<string, string | undefined, string>;

/** timeback.processed_facts. docs/facts.md. */
export interface ProcessedFactsTable {
  student_id: string;
  fact_key: string;
  event_type: "ActivityEvent" | "TimeSpentEvent";
  email: string | null;
  occurred_at: string;
  date: string;
  time_zone: string;
  subject: string | null;
  app: string | null;
  course_id: string | null;
  activity_id: string | null;
  course_name: string | null;
  activity_name: string | null;
  attempt: number | null;
  run_id: string | null;
  xp_earned: Decimal;
  total_questions: Decimal;
  correct_questions: Decimal;
  mastered_units: Decimal;
  active_seconds: Decimal;
  inactive_seconds: Decimal;
  waste_seconds: Decimal;
  unknown_seconds: Decimal;
  anti_pattern_seconds: Decimal;
  xp_source: "event" | "result" | "correction" | null;
  link_rule: "L1" | "L2" | "L3" | null;
  correction_id: string | null;
  sources: string[];
  created_at: Instant;
  updated_at: Instant;
}

interface RejectsTable {
  id: string;
  run_id: string;
  file: string;
  line: string | null;
  member: number;
  byte_offset: string | null;
  code: string;
  reason: string;
  excerpt: string;
  record: string | null;
  first_seen: Instant;
  last_seen: Instant;
}

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

interface UsersTable {
  sourced_id: string;
  date_last_modified: string | null;
  status: string | null;
  email: string | null;
  is_test_user: boolean;
}

interface ActorsTable {
  actor_key: string;
  segment: string | null;
  looks_like_user: boolean;
  email: string | null;
  student_id: string;
}

/** The tables of the analytics database that are queried by name; hot statements are plain SQL beside them. */
export interface Database {
  "timeback.processed_facts": ProcessedFactsTable;
  "timeback.rejects": RejectsTable;
  "timeback.settings": SettingsTable;
  "timeback.watermarks": WatermarksTable;
  "timeback.ingest_checkpoints": CheckpointsTable;
  "timeback.users": UsersTable;
  "timeback.caliper_actors": ActorsTable;
}
