import { afterAll, beforeAll, expect, test } from "vitest";
import { audit } from "../../src/pipelines/audit/audit.js";
import { closeBalance, unexplainedDays } from "../../src/store/audit/fact-checks/trial-balance.js";
import { inDraft } from "../../src/store/engine/snapshot.js";
import { factRules } from "../../src/store/runs/settings.js";
import { describeOnEngines, type FreshDatabase, withStoreOf } from "../support/engines.js";
import { loaded } from "../support/load-population.js";
import { Population } from "../support/population.js";
import { timeback } from "../support/timeback.js";

interface Day {
  studentId: string;
  date: string;
  counted: number;
  truth: number;
  causes: Record<string, number>;
  unexplained: number;
}

/** Rows that another system wrote, rows that went out of date, a row that is gone, one record in two rows. */
const DAMAGE = [
  "insert into timeback.processed_facts (student_id, fact_key, event_type, occurred_at, date, time_zone, xp_earned, sources) select student_id, 'legacy:' || fact_key, event_type, occurred_at + interval '1 day', date + 1, time_zone, xp_earned, sources from timeback.processed_facts where xp_earned > 9",
  "update timeback.processed_facts set xp_earned = xp_earned + 1 where xp_earned in (4, 5)",
  "delete from timeback.processed_facts where xp_earned = 3 and fact_key like 'caliper%4'",
  "insert into timeback.processed_facts (student_id, fact_key, event_type, occurred_at, date, time_zone, xp_earned, sources) values ('stranger', 'legacy:1', 'ActivityEvent', '2025-03-04T10:00:00Z', '2025-03-04', 'UTC', 7, '{nothing}')",
];

describeOnEngines("the trial balance", (engine) => {
  let database: FreshDatabase;
  let population: Population;
  const balance = async (...args: string[]): Promise<Day[]> => {
    const run = await timeback(["audit", ...args, "--balance", "--format", "ndjson"], { env: database.env });
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toContain("the balance adds up: 0 XP unexplained");
    return run.stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Day);
  };
  const exact = (xp: number) => Math.round(xp * 10_000);
  const closes = ({ counted, truth, causes, unexplained }: Day) =>
    unexplained === 0 &&
    exact(counted) === exact(truth) + Object.values(causes).reduce((sum, xp) => sum + exact(xp), 0);

  beforeAll(async () => {
    population = await Population.simulate(
      engine === "postgres" ? ["--seed", "41", "--students", "20"] : ["--seed", "2", "--students", "4"],
    );
    database = await loaded(engine, population);
  });
  afterAll(() => database.close());

  test("closes on a population, and its bundles are the causes", async () => {
    const days = await balance();
    expect(days.filter((day) => !closes(day))).toEqual([]);
    expect([...new Set(days.flatMap(({ causes }) => Object.keys(causes)))]).toEqual(["bundled-xp"]);
    const [student] = days.filter(({ causes }) => "bundled-xp" in causes);
    const { email } = population.truth.days.find(({ studentId }) => studentId === student?.studentId) ?? {};
    expect(await balance(email ?? ""), "one student is among everybody").toEqual(
      days.filter(({ studentId }) => studentId === student?.studentId),
    );
    expect(await balance("--from", "2025-03-05", "--to", "2025-03-06")).toEqual(
      days.filter(({ date }) => date === "2025-03-05" || date === "2025-03-06"),
    );
  });

  test("closes on facts that others wrote, altered and lost", async () => {
    await database.session(async (query) => {
      for (const statement of DAMAGE) await query(statement);
    });
    const days = await balance();
    expect(days.filter((day) => !closes(day))).toEqual([]);
    const kinds = new Set(days.flatMap(({ causes }) => Object.keys(causes)));
    for (const kind of ["bundled-xp", "double-counted", "orphan-fact", "stale-fact"]) expect(kinds).toContain(kind);
  });

  test("does not close where a cause is missing", async () => {
    const found = await withStoreOf(database, (store) =>
      inDraft(store, async (session) => {
        const { db } = session;
        const nothing = { kinds: null, apps: null, from: null, to: null };
        await audit({ session, rules: await factRules(db, {}), students: null }, nothing, () => {});
        await db
          .deleteFrom("findings" as never)
          .where("kind" as never, "=", "bundled-xp" as never)
          .execute();
        await db.deleteFrom("group_members" as never).execute();
        await closeBalance(db, { students: null, from: null, to: null });
        return unexplainedDays(db);
      }),
    );
    expect(found.unexplained).toBeGreaterThan(0);
    expect(Number(found.xp)).toBeGreaterThan(0);
  });

  test("takes no filter that would leave a cause out", async () => {
    const run = await timeback(["audit", "--balance", "--kind", "bundled-xp"], { env: database.env });
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain("leave out --kind and --app");
  });
});
