import pg from "pg";
import { describe, expect, test } from "vitest";
import { engines } from "../support/engines.js";
import { EtlDesk } from "../support/etl-desk.js";
import { chance, isLong, points, record, seed } from "./form.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
const EPOCHS = 5;
const MICROSECONDS_PER_HOUR = 3_600_000_000;

/** One transaction of the source's: begun before one run of the ETL, committed before that or a later one. */
interface Write {
  row: string;
  xp: number;
  begins: number;
  commits: number;
  /** How long before its beginning it is dated; null: without date. */
  ageMicroseconds: number | null;
  isTie: boolean;
}

/** What happens to one row: up to three writes, one after the other; ages are inside the overlap, or older. */
function schedule(n: number, random: () => number): Write[] {
  const writes: Write[] = [];
  let begins = Math.floor(random() * EPOCHS);
  for (let left = 1 + Math.floor(random() * 3); left > 0 && begins < EPOCHS; left -= 1) {
    const commits = Math.min(EPOCHS - 1, begins + Math.floor(random() * 3));
    const kind = random();
    const age = kind < 0.7 ? random() * 0.9 : 2 + random() * 100;
    writes.push({
      row: `ar-${n}`,
      xp: Math.round(random() * 100_000) / 100,
      begins,
      commits,
      ageMicroseconds: kind > 0.95 ? null : Math.floor(age * MICROSECONDS_PER_HOUR),
      isTie: kind < 0.2,
    });
    begins = commits + 1;
  }
  return writes;
}

/** Whether a run with an overlap of an hour must find it; what is older it may find. */
const isInside = ({ ageMicroseconds }: Write): boolean =>
  ageMicroseconds === null || ageMicroseconds < MICROSECONDS_PER_HOUR;

const INSERT = `insert into assessment_results (sourced_id, assessment_line_item_sourced_id, student_sourced_id, score_date,
    date_last_modified, metadata)
  values ($1, 'li-' || $1, 'maya', '2025-03-09T10:00:00',
    (case when $4 then $5::timestamptz else clock_timestamp() end at time zone 'UTC') - make_interval(secs => $2::numeric / 1000000),
    jsonb_build_object('xp', $3::numeric))
  on conflict (sourced_id) do update set metadata = excluded.metadata, date_last_modified = excluded.date_last_modified`;

/** Transactions of the source that are open across runs. */
class Writers {
  private readonly open = new Map<number, pg.Client[]>();

  constructor(
    private readonly url: string,
    private readonly tie: string,
  ) {}

  /** Begins one transaction for all writes that begin now and are committed together. */
  async begin(writes: readonly Write[]): Promise<void> {
    for (const commits of new Set(writes.map((write) => write.commits))) {
      const client = new pg.Client({ connectionString: this.url });
      await client.connect();
      await client.query("begin");
      for (const { row, xp, ageMicroseconds, isTie } of writes.filter((write) => write.commits === commits))
        await client.query(INSERT, [row, ageMicroseconds, xp, isTie && ageMicroseconds !== null, this.tie]);
      this.open.set(commits, [...(this.open.get(commits) ?? []), client]);
    }
  }

  async commit(epoch: number): Promise<void> {
    for (const client of this.open.get(epoch) ?? []) {
      await client.query("commit");
      await client.end();
    }
    this.open.delete(epoch);
  }
}

const landed = async (desk: EtlDesk): Promise<Map<string, number>> => {
  const rows = await desk.analytics.query("select sourced_id, xp from timeback.assessment_results");
  return new Map(rows.map(({ sourced_id, xp }) => [String(sourced_id), Number(xp)]));
};

const OVERLAP = ["--overlap", "1h"];

/** Lets the writes happen, with a run of the ETL after each epoch; what is inside the overlap must be there. */
async function live(desk: EtlDesk, writes: readonly Write[]): Promise<Map<string, Write>> {
  const [now] = await desk.source.query("select clock_timestamp()::text as at");
  const writers = new Writers(desk.source.url, String(now?.at));
  const due = new Map<string, Write>();
  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    await writers.begin(writes.filter(({ begins }) => begins === epoch));
    await writers.commit(epoch);
    for (const write of writes.filter(({ commits }) => commits === epoch)) due.set(write.row, write);
    await desk.etl(OVERLAP);
    const seen = await landed(desk);
    const missed = [...due.values()].filter((write) => isInside(write) && seen.get(write.row) !== write.xp);
    expect(missed, `FAULT_SEED=${seed}, run ${epoch}`).toEqual([]);
  }
  return due;
}

describe.skipIf(!hasPostgres)("the watermark", () => {
  test("schedules of transactions that are open across runs: nothing inside the overlap is missed", () =>
    EtlDesk.lend("postgres", {}, async (desk) => {
      const random = chance("schedules");
      const count = points(10, 1000);
      const writes = Array.from({ length: count }, (_, n) => schedule(n, random)).flat();
      const due = await live(desk, writes);
      await desk.etl(["--full"]);
      expect(await landed(desk), `FAULT_SEED=${seed}`).toEqual(new Map([...due].map(([row, { xp }]) => [row, xp])));
      const older = [...due.values()].filter((write) => !isInside(write)).length;
      record("watermark: schedules", { points: count, writes: writes.length, older, missed: 0 });
    }));

  test("many rows of one instant, with a page that ends inside the tie, while they change", () =>
    EtlDesk.lend("postgres", {}, async (desk) => {
      const [before, tied] = isLong ? [45_000, 10_000] : [200, 300]; // a page has 50,000 rows
      await desk.source.session(async (query) => {
        await query(
          `insert into assessment_results (sourced_id, assessment_line_item_sourced_id, student_sourced_id, score_date, date_last_modified, metadata)
           select 'ar-' || n, 'li-' || n, 'maya', '2025-03-09T10:00:00',
             case when n <= $1::int then timestamp '2025-03-01' + n * interval '1 microsecond' else '2025-03-02' end,
             jsonb_build_object('xp', n % 10)
           from generate_series(1, $1::int + $2::int + 100) n`,
          [before, tied],
        );
      });
      let isRunning = true;
      let changes = 0;
      const random = chance("tie");
      const change = desk.source.session(async (query) => {
        while (isRunning) {
          const id = `ar-${1 + Math.floor(random() * (before + tied))}`;
          await query(
            "update assessment_results set metadata = jsonb_build_object('xp', $2::numeric), date_last_modified = clock_timestamp() at time zone 'UTC' where sourced_id = $1",
            [id, Math.round(random() * 1000) / 100],
          );
          changes += 1;
        }
      });
      const first = await desk.etl();
      isRunning = false;
      await change;
      await desk.etl();
      const source = await desk.source.query(
        "select sourced_id, (metadata ->> 'xp')::numeric as xp from assessment_results",
      );
      const seen = await landed(desk);
      expect(first.read).toBeGreaterThanOrEqual(before + tied);
      expect(seen).toEqual(new Map(source.map(({ sourced_id, xp }) => [String(sourced_id), Number(xp)])));
      record("watermark: a tie across a page, rows that change while they are paged", {
        rows: before + tied + 100,
        tied,
        changes,
      });
    }));
});
