import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { activity } from "../support/caliper-samples.js";
import { copyOf, type EngineName, type FreshDatabase, freshDatabase } from "../support/engines.js";
import { loadSource } from "../support/load-population.js";
import { Population } from "../support/population.js";
import { scratchFolder } from "../support/scratch.js";
import { spawned as timeback } from "../support/timeback.js";
import { isLong } from "./form.js";

/** A command with something to do, and the database on which it does it. */
export interface Stage {
  name: string;
  /** As the run calls itself. */
  command: string;
  args: readonly string[];
  /** To be copied, never used. */
  before: FreshDatabase;
  env: Record<string, string>;
}

const STUDENTS = isLong ? "12" : "6";
/** Where `import oneroster` writes. */
const SCHEMA = ["--source-schema", "oneroster"];
/** Less than a file of the stages has: a run has several chunks, and a chunk several parts. */
const CHUNK_RECORDS = 5_000;
const LIGHT_RECORDS = isLong ? 11_000 : 6_000;

/** Records that make no fact, as most time events; some are unreadable, some come twice, some contradict. */
function lightLine(n: number): string {
  if (n % 997 === 0) return "not json";
  const id = `7d1f4c2e-0000-4000-8000-${String(n % 50 === 0 ? n - 25 : n).padStart(12, "0")}`;
  const items = n % 500 === 100 ? [{ type: "xpEarned", value: n / 1000 }] : [];
  return JSON.stringify(activity({ id, generated: { items }, extensions: {} }));
}

/** Everything that the stages are made of; on PostgreSQL the source is a database of its own. */
export class Stages {
  private readonly databases: FreshDatabase[] = [];
  private landed: Promise<FreshDatabase> | undefined;

  private constructor(
    readonly engine: EngineName,
    readonly population: Population,
    /** Events of the population, and many that make no fact: three or four chunks. */
    readonly events: string,
  ) {}

  static async open(engine: EngineName, lightRecords = LIGHT_RECORDS): Promise<Stages> {
    const population = await Population.simulate(["--students", STUDENTS, "--seed", "7"]);
    const events = join(await scratchFolder("events"), "events.ndjson");
    const light = Array.from({ length: lightRecords }, (_, n) => `${lightLine(n + 1)}\n`);
    const half = lightRecords / 2;
    const lived = await readFile(join(population.folder, "events.ndjson"), "utf8");
    await writeFile(events, light.slice(0, half).join("") + lived + light.slice(half).join(""));
    return new Stages(engine, population, events);
  }

  async close(): Promise<void> {
    for (const database of this.databases) await database.close();
  }

  /** A database that is closed with the stages. */
  private async keep(made: Promise<FreshDatabase>): Promise<FreshDatabase> {
    const database = await made;
    this.databases.push(database);
    return database;
  }

  private async run(database: FreshDatabase, ...args: string[]): Promise<void> {
    const { code, stderr } = await timeback(args, { env: database.env });
    if (code !== 0 && code !== 1) throw new Error(`${args.join(" ")}: ${stderr}`);
  }

  /** A database with the current schema and nothing in it. */
  empty(): Promise<FreshDatabase> {
    return this.keep(freshDatabase(this.engine, "empty"));
  }

  async migrate(): Promise<Stage> {
    const before = await this.keep(freshDatabase(this.engine, "nothing", { empty: true }));
    return { name: "db migrate", command: "db migrate", args: ["db", "migrate"], before, env: {} };
  }

  async ingest(): Promise<Stage> {
    const env = { TIMEBACK_CHUNK_RECORDS: String(CHUNK_RECORDS) };
    return { name: "ingest", command: "ingest", args: ["ingest", this.events], before: await this.empty(), env };
  }

  /** The source at its first reading; the events are landed. */
  async etl(): Promise<Stage> {
    const before = await this.empty();
    await this.run(before, "ingest", join(this.population.folder, "events.ndjson"));
    return {
      name: "etl oneroster",
      command: "etl oneroster",
      args: ["etl", "oneroster", ...SCHEMA],
      before,
      ...(await this.source(before, 1)),
    };
  }

  /** The source has changed since its first reading, and some of it has gone. */
  async fullEtl(): Promise<Stage> {
    const before = await this.empty();
    await this.run(before, "ingest", join(this.population.folder, "events.ndjson"));
    await loadSource(this.population, before, 1);
    const source = await this.source(before, 2, [
      "delete from oneroster.assessment_results where right(sourced_id, 1) = '7'",
      "delete from oneroster.component_resources where right(sourced_id, 1) = '3'",
    ]);
    return {
      name: "etl oneroster --full",
      command: "etl oneroster",
      args: ["etl", "oneroster", "--full", ...SCHEMA],
      before,
      ...source,
    };
  }

  /** Everything is landed, and the facts are spoilt. */
  async recompute(): Promise<Stage> {
    const before = await this.keep(copyOf(await this.whole(), "recompute"));
    await before.session(async (query) => {
      await query("delete from timeback.processed_facts where right(fact_key, 1) in ('1', '9')");
      await query("update timeback.processed_facts set xp_earned = 77 where right(fact_key, 1) = '3'");
      await query(`insert into timeback.processed_facts (student_id, fact_key, event_type, occurred_at, date, time_zone, sources)
        select student_id, 'x' || fact_key, event_type, occurred_at, date, time_zone, sources
        from timeback.processed_facts where right(fact_key, 1) = '5'`);
    });
    return { name: "recompute", command: "recompute", args: ["recompute"], before, env: {} };
  }

  async repair(): Promise<Stage> {
    return {
      name: "repair --yes",
      command: "repair",
      args: ["repair", "--yes", "-q"],
      before: await this.whole(),
      env: {},
    };
  }

  /** Everything is landed. To be copied, never used. */
  private whole(): Promise<FreshDatabase> {
    this.landed ??= this.landWhole();
    return this.landed;
  }

  private async landWhole(): Promise<FreshDatabase> {
    const database = await this.empty();
    await this.run(database, "ingest", join(this.population.folder, "events.ndjson"));
    await loadSource(this.population, database, 1);
    await loadSource(this.population, database, 2);
    return database;
  }

  /** Puts what the source holds into a database of its own, on PostgreSQL; else into schema `oneroster`. */
  private async source(analytics: FreshDatabase, instant: 1 | 2, changes: string[] = []): Promise<Pick<Stage, "env">> {
    const isApart = this.engine === "postgres";
    const database = isApart ? await this.empty() : analytics;
    await this.run(database, "import", "oneroster", join(this.population.folder, `source-${instant}`), "-q");
    await database.session(async (query) => {
      for (const change of changes) await query(change);
    });
    return { env: isApart ? { ONEROSTER_DATABASE_URL: String(database.url) } : {} };
  }
}

/** A copy of a stage's database, lent and closed. */
export async function lendCopy<T>(stage: Stage, work: (database: FreshDatabase) => Promise<T>): Promise<T> {
  const database = await copyOf(stage.before, stage.name);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
