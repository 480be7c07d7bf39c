import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect } from "vitest";
import { type EngineName, type FreshDatabase, freshDatabase } from "../support/engines.js";
import { Population } from "../support/population.js";
import { scratchFolder } from "../support/scratch.js";
import { startTimeback, spawned as timeback, spawnedJson as timebackJson } from "../support/timeback.js";

/** Small chunks have few parts, of which those that are left unread can be the last, or the first. */
const CHUNK_RECORDS = ["20", "200", "200", "700", "3000", "100000"];

const ALL_STORED = `select (select count(*)::int from timeback.caliper_events) as events,
  (select count(*)::int from timeback.caliper_payloads) as payloads`;

/** What happens to a database over time, by chance: files that repeat, grow, contradict and are garbage, results, replays, kills. */
class History {
  private readonly told: string[] = [];
  private readonly sources = ["source-1", "source-2"];
  private file = "";
  private files = 0;

  constructor(
    private readonly random: () => number,
    private readonly population: Population,
    private readonly database: FreshDatabase,
    private readonly folder: string,
    private readonly kills: boolean,
    private readonly lines = population.text("events.ndjson").trim().split("\n"),
  ) {}

  private whole(from: number, to: number): number {
    return from + Math.floor(this.random() * (to - from + 1));
  }

  private pick<T>(items: readonly T[]): T {
    return items[this.whole(0, items.length - 1)] as T;
  }

  /** A line as it stands, as a rule; else another that holds, repeats or contradicts it, or none of Caliper. */
  private changed(line: string): string {
    const others = [
      () => `garbage ${this.whole(1, 9)}`,
      () => `  ${line} `,
      () =>
        JSON.stringify({
          data: [line, this.pick(this.lines)].flatMap((text) => JSON.parse(text).data ?? JSON.parse(text)),
        }),
      () => line.replace(/"xpEarned","value":[\d.]+/, `"xpEarned","value":${this.whole(1, 90)}`),
      () => `${line}\n${line}`,
    ];
    return this.random() < 0.97 ? line : this.pick(others)();
  }

  /** Lines one after the other, from the first on or from anywhere: a few, or up to half of all. */
  private text(): string {
    const from = this.random() < 0.3 ? 0 : this.whole(0, this.lines.length - 1);
    const length = this.random() < 0.3 ? this.whole(1, 40) : this.whole(1, this.lines.length / 2);
    return `${this.lines
      .slice(from, from + length)
      .map((line) => this.changed(line))
      .join("\n")}\n`;
  }

  private async writeFile(): Promise<string> {
    if (this.file !== "" && this.random() < 0.5) await appendFile(this.file, this.text());
    else {
      this.files += 1;
      this.file = join(this.folder, `${this.files}.ndjson`);
      await writeFile(this.file, this.text() + this.text());
    }
    return this.file;
  }

  private async run(args: readonly string[]): Promise<void> {
    const env = { ...this.database.env, TIMEBACK_CHUNK_RECORDS: this.pick(CHUNK_RECORDS) };
    this.told.push(`${Object.values(env).join(" ")} timeback ${args.join(" ")}`);
    if (this.random() < 0.2) {
      const afterMs = this.whole(300, 900);
      const signal = this.pick<NodeJS.Signals>(["SIGKILL", "SIGTERM"]);
      if (this.kills) await this.kill(args, env, { afterMs, signal });
    }
    const { code, signal, stderr } = await timeback(args, { env });
    this.told.push(`ended: ${signal ?? code}`);
    expect([0, 1], `${this.told.join("\n")}\n${stderr}`).toContain(signal ?? code);
  }

  private async kill(
    args: readonly string[],
    env: Record<string, string>,
    { afterMs, signal }: { afterMs: number; signal: NodeJS.Signals },
  ): Promise<void> {
    const { child, ended } = await startTimeback(args, { env });
    await Promise.race([ended, setTimeout(afterMs)]);
    child.kill(signal);
    const how = await ended;
    this.told.push(`killed: ${how.signal ?? how.code}`);
  }

  private async readSource(): Promise<void> {
    const source = this.sources.shift();
    if (source !== undefined) await this.run(["import", "oneroster", join(this.population.folder, source)]);
    else
      await this.database.query(`
        update oneroster.assessment_results set metadata = jsonb_set(metadata::jsonb, '{xp}', '${this.whole(0, 9)}'),
          date_last_modified = (select max(date_last_modified) from oneroster.assessment_results)
        where hashtext(sourced_id) % ${this.whole(3, 40)} = 0`);
    await this.run(["etl", "oneroster", "--source-schema", "oneroster", ...this.pick([[], [], ["--full"]])]);
  }

  /** One step; then the facts are those that `recompute` would make of what is landed. */
  async goOn(): Promise<void> {
    const chance = this.random();
    if (chance < 0.7) await this.run(["ingest", await this.writeFile()]);
    else if (chance < 0.95) await this.readSource();
    else await this.run(["rejects", "replay", "--all"]);
    const { env } = this.database;
    const { facts } = await timebackJson<{ facts: object }>(["recompute", "--dry-run", "--format", "json"], { env });
    expect(facts, this.told.join("\n")).toMatchObject({ inserted: 0, updated: 0, deleted: 0 });
    const [stored] = await this.database.query(ALL_STORED);
    expect(stored?.payloads, this.told.join("\n")).toBe(stored?.events);
  }
}

/** Lives through so many steps; fails after the first that leaves other facts than those of what is landed, and tells them. */
export async function liveThrough(
  engine: EngineName,
  random: () => number,
  { steps, kills }: { steps: number; kills: boolean },
): Promise<void> {
  const seed = String(1 + Math.floor(random() * 1e6));
  const population = await Population.simulate(["--students", "25", "--seed", seed]);
  const database = await freshDatabase(engine, "history");
  try {
    const history = new History(random, population, database, await scratchFolder("history"), kills);
    for (let step = 1; step <= steps; step += 1) await history.goOn();
  } finally {
    await database.close();
  }
}
