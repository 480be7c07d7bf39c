import { type FreshDatabase, freshDatabase, leastEverywhere, type Query, type Row, readerOf } from "./engines.js";

/** A OneRoster source database of one test, on PostgreSQL, with the tables and columns that docs/oneroster.md names. */
export interface SourceDatabase extends FreshDatabase {
  url: string;
  /** Writes rows, in place of those with the same `sourced_id`. */
  put(table: string, ...rows: Row[]): Promise<void>;
  remove(table: string, ...ids: string[]): Promise<void>;
  /** The URL of a new role that may do what `grants` say; `$role` stands for its name. Dropped with the database. */
  roleUrl(...grants: string[]): Promise<string>;
}

/** Reference tables hold titles and where things belong; only users and results say more. */
const tables: Readonly<Record<string, string>> = {
  users: "email text, given_name text, family_name text, enabled_user boolean",
  courses: "title text not null, course_code text, subjects text[]",
  course_components: "course_sourced_id text, title text, sort_order int",
  resources: "title text, vendor_resource_id text",
  component_resources: "component_sourced_id text, resource_sourced_id text not null, title text, sort_order int",
  assessment_line_items: `title text, class_sourced_id text, parent_sourced_id text, component_sourced_id text,
    component_resource_sourced_id text, course_sourced_id text`,
  assessment_results: `assessment_line_item_sourced_id text, student_sourced_id text, score real, score_date TIMESTAMP_TYPE,
    score_status text, in_progress boolean, incomplete boolean, late boolean, missing boolean, comment text`,
};

/** How a source differs from the usual one. */
export interface SourceShape {
  /** Naive timestamps hold UTC; a few sources have a zone. */
  timestamps?: "timestamp" | "timestamptz";
  /** The only tables it has. */
  only?: readonly string[];
  /** The binary comes as a role that may read these tables, and nothing else (default: as TEST_ROLES says). */
  least?: boolean;
}

/** Standard values of a row that a test does not care about. */
const standard = { status: "active", date_last_modified: "2025-03-10T00:00:00" };

/** A user of the source. */
export const user = (id: string, changes: Row = {}): Row => ({
  ...standard,
  sourced_id: id,
  email: `${id}@school.example`,
  metadata: {},
  ...changes,
});

/** A result of maya's, of a line item of its own; `changes` replace whole columns. */
export const result = (id: string, xp: unknown, changes: Row = {}): Row => ({
  ...standard,
  sourced_id: id,
  assessment_line_item_sourced_id: `li-${id}`,
  student_sourced_id: "maya",
  score: 100,
  score_date: "2025-03-09T10:00:00",
  score_status: "fully graded",
  metadata: { xp },
  ...changes,
});

/** A row of a reference table. */
export const reference = (id: string, changes: Row): Row => ({ ...standard, sourced_id: id, metadata: {}, ...changes });

/** A new source database with one user, maya; whoever calls closes it. */
export async function sourceDatabase(
  label: string,
  { timestamps = "timestamp", only, least = leastEverywhere }: SourceShape = {},
): Promise<SourceDatabase> {
  const fresh = await freshDatabase("postgres", `source ${label}`, { least: false, empty: true });
  const roles: string[] = [];
  const made = Object.entries(tables).filter(([name]) => !only || only.includes(name));
  await fresh.session(async (query) => {
    for (const [name, columns] of made) await query(ddl(name, columns, timestamps));
    if (!only || only.includes("users")) await put(query, "users", [user("maya")]);
  });
  const names = made.map(([name]) => name);
  const url = least ? await readerOf(fresh, names) : (fresh.url ?? "");
  return {
    ...fresh,
    url,
    put: (table, ...rows) => fresh.session((query) => put(query, table, rows)),
    remove: (table, ...ids) =>
      fresh.session(async (query) => void (await query(`delete from ${table} where sourced_id = any($1)`, [ids]))),
    async roleUrl(...grants) {
      const role = `${new URL(url).pathname.slice(1)}_${roles.length}`;
      roles.push(role);
      await fresh.session(async (query) => {
        await query(`create role ${role} login password 'reader'`);
        for (const grant of grants) await query(grant.replaceAll("$role", role));
      });
      return Object.assign(new URL(url), { username: role, password: "reader" }).href;
    },
    async close() {
      await fresh.session(async (query) => {
        for (const role of roles) await query(`drop owned by ${role}; drop role ${role}`);
      });
      await fresh.close();
    },
  };
}

const ddl = (name: string, columns: string, timestamps: string): string =>
  `create table ${name} (
  sourced_id text primary key, status text not null default 'active', date_last_modified TIMESTAMP_TYPE default now(),
  metadata jsonb, ${columns})`.replaceAll("TIMESTAMP_TYPE", timestamps);

async function put(query: Query, table: string, rows: readonly Row[]): Promise<void> {
  await query(`delete from ${table} where sourced_id = any($1)`, [rows.map((row) => row.sourced_id)]);
  await query(`insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1)`, [
    JSON.stringify(rows),
  ]);
}
