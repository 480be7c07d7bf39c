import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EngineName, type FreshDatabase, freshDatabase, type Row } from "./engines.js";
import { scratchFolder } from "./scratch.js";
import { timeback, timebackJson } from "./timeback.js";

/** A finding as `audit` prints it. */
export interface AuditFinding extends Row {
  id: string;
  kind: string;
  verdict: string;
  studentId: string;
  email: string | null;
  date: string;
  app: string | null;
  summary: string;
  counted: number;
  truth: number;
  inflation: number;
  evidence: Row;
}

/** What a test says of an event; `id` is a number that makes a UUID. */
export interface EventText {
  id: number;
  student: string;
  at: string;
  xp?: number | null;
  activity?: string;
  questions?: [total: number, correct: number];
  attempt?: number;
  email?: string;
  app?: string;
}

/** The UUID of a numbered event. */
export const eventUuid = (id: number): string => `9e3779b1-0000-4000-8000-${String(id).padStart(12, "0")}`;

/** One line of Caliper: a completed exercise. */
export function eventLine({ id, student, at, xp = null, activity = `ex-${id}`, ...rest }: EventText): string {
  const { questions, attempt, email = `${student}@school.example`, app = "Math Lab" } = rest;
  const [total, correct] = questions ?? [10, 8];
  const items = [
    ...(xp === null ? [] : [{ type: "xpEarned", value: xp }]),
    { type: "totalQuestions", value: total },
    { type: "correctQuestions", value: correct },
  ];
  return JSON.stringify({
    id: `urn:uuid:${eventUuid(id)}`,
    type: "ActivityEvent",
    profile: "TimebackProfile",
    actor: { id: `https://host/users/${student}`, type: "TimebackUser", email },
    action: "Completed",
    object: {
      id: "https://app.example/x",
      subject: "Math",
      app: { name: app },
      activity: { id: `https://h/${activity}` },
    },
    eventTime: at,
    generated: { type: "TimebackActivityMetricsCollection", attempt, items },
  });
}

/** A database with a OneRoster source inside, and the commands that fill and audit it. */
export class AuditDesk {
  private constructor(
    readonly database: FreshDatabase,
    readonly folder: string,
  ) {}

  /** Whoever opens closes. */
  static async open(engine: EngineName): Promise<AuditDesk> {
    const desk = new AuditDesk(await freshDatabase(engine, "audit"), await scratchFolder("audit"));
    await desk.json(["db", "migrate", "--format", "json"]);
    return desk;
  }

  close(): Promise<void> {
    return this.database.close();
  }

  private get options() {
    return { cwd: this.folder, env: this.database.env };
  }

  private json(args: readonly string[]): Promise<unknown> {
    return timebackJson(args, this.options);
  }

  /** Lands the lines under this file name; a conflict among them is no failure. */
  async ingest(file: string, lines: readonly string[]): Promise<void> {
    writeFileSync(join(this.folder, file), `${lines.join("\n")}\n`);
    const run = await timeback(["ingest", "-q", file], this.options);
    if (run.code !== 0 && run.code !== 1) throw new Error(run.stderr);
  }

  /** Writes rows of the source, in place of those with the same `sourced_id`, and reads the source in full. */
  async etl(tables: Record<string, readonly Row[]>): Promise<void> {
    await this.database.session(async (query) => {
      for (const [table, rows] of Object.entries(tables)) {
        const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].join(", ");
        await query(
          `delete from oneroster.${table} where sourced_id in (select value ->> 'sourced_id' from jsonb_array_elements($1))`,
          [JSON.stringify(rows)],
        );
        await query(
          `insert into oneroster.${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::oneroster.${table}, $1)`,
          [JSON.stringify(rows)],
        );
      }
    });
    await this.json(["etl", "oneroster", "--full", "--format", "json"]);
  }

  /** The findings about everybody, or about one student, as they are printed. */
  async audit(...args: string[]): Promise<AuditFinding[]> {
    const run = await timeback(["audit", "-q", "--format", "ndjson", "--fail-on", "none", ...args], this.options);
    if (run.code !== 0) throw new Error(`exit ${run.code}: ${run.stderr}`);
    return run.stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line): AuditFinding => JSON.parse(line));
  }
}
