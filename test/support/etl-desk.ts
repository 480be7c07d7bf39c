import { type EngineName, type FreshDatabase, freshDatabase, type Row } from "./engines.js";
import { type SourceDatabase, type SourceShape, sourceDatabase } from "./source-database.js";
import { type Run, timeback, timebackJson } from "./timeback.js";

/** What `etl oneroster --format json` says. */
export interface EtlAnswer extends Row {
  read: number;
  changed: number;
  unchanged: number;
  rejected: number;
  testUsers: number;
  vanished: number;
  watermark: { before: string | null; after: string | null };
  facts: { inserted: number; updated: number; deleted: number };
  reference: Record<string, { read: number; changed: number; rejected: number; vanished: number }>;
  missing: { table: string; evidence: string }[];
}

/** A fresh analytics database and a source database, and the commands between them. */
export class EtlDesk {
  private constructor(
    readonly analytics: FreshDatabase,
    readonly source: SourceDatabase,
  ) {}

  /** Lends both and closes them. */
  static async lend(engine: EngineName, shape: SourceShape, work: (desk: EtlDesk) => Promise<void>): Promise<void> {
    const analytics = await freshDatabase(engine, "etl", shape.least === undefined ? {} : { least: shape.least });
    try {
      const source = await sourceDatabase("etl", shape);
      try {
        await work(new EtlDesk(analytics, source));
      } finally {
        await source.close();
      }
    } finally {
      await analytics.close();
    }
  }

  get env(): Record<string, string> {
    return { ...this.analytics.env, ONEROSTER_DATABASE_URL: this.source.url };
  }

  run(args: readonly string[], env: Record<string, string> = {}): Promise<Run> {
    return timeback(["etl", "oneroster", ...args], { env: { ...this.env, ...env } });
  }

  etl(
    args: readonly string[] = [],
    { env = {}, code = 0 }: { env?: Record<string, string>; code?: number } = {},
  ): Promise<EtlAnswer> {
    return timebackJson<EtlAnswer>(["etl", "oneroster", "--format", "json", ...args], {
      env: { ...this.env, ...env },
      code,
    });
  }

  /** XP of every fact by its source, `ar-1` for a result that stands alone. */
  async xp(): Promise<Record<string, string>> {
    const rows = await this.analytics.query("select fact_key, xp_earned from timeback.processed_facts order by 1");
    return Object.fromEntries(
      rows.map((row) => [String(row.fact_key).replace("oneroster:assessment_result:", ""), String(row.xp_earned)]),
    );
  }

  async checksum(): Promise<unknown> {
    return (await this.analytics.query("select checksum from timeback.facts_checksum"))[0]?.checksum;
  }
}
