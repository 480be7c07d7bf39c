import { expect } from "vitest";
import type { Lab } from "./lab.js";
import { LandedModel } from "./landed-model.js";
import { oracleFacts } from "./oracle.js";
import { arranged, type Plan, type Step } from "./plan.js";
import type { CaliperEvent, World } from "./world.js";

const NO_CHANGE = { inserted: 0, updated: 0, deleted: 0 };
const ALL = { students: null, from: null, to: null };

/** One world on its way into a lab, checked against the oracle after every run. */
class Trial {
  private readonly model: LandedModel;
  private readonly events: readonly CaliperEvent[];
  private taken = 0;
  private mutated = 0;

  constructor(
    private readonly lab: Lab,
    private readonly world: World,
    plan: Plan,
    private readonly looking: boolean,
  ) {
    this.model = new LandedModel(world);
    this.events = arranged(world.events, plan.order);
  }

  async play(step: Step): Promise<void> {
    if (step.run === "ingest") await this.ingest(step);
    else if (step.run === "etl") await this.etl(step);
    else {
      const scope = { students: step.student === null ? null : [step.student], from: step.from, to: step.to };
      expect(
        await this.lab.recompute(this.world, scope),
        `facts that recompute changes: ${JSON.stringify(scope)}`,
      ).toEqual(NO_CHANGE);
    }
  }

  private async ingest({ take, again, form }: Step & { run: "ingest" }): Promise<void> {
    const fresh = this.events.slice(this.taken, this.taken + take);
    const batch = [...this.events.slice(0, Math.min(again, this.taken)), ...fresh];
    this.taken += fresh.length;
    await this.lab.ingest(this.world, batch, form);
    this.model.ingest(batch);
    await this.compare("an ingest");
  }

  private async etl({ mutations: count, full, pageRows }: Step & { run: "etl" }): Promise<void> {
    const mutations = this.world.mutations.slice(this.mutated, this.mutated + count);
    await this.lab.mutate(mutations, this.mutated);
    this.mutated += mutations.length;
    await this.lab.etl(this.world, { full, pageRows });
    for (const mutation of mutations) this.model.mutate(mutation);
    this.model.etl(full);
    await this.compare("an ETL run");
  }

  /** Whatever has not arrived yet. */
  async finish(last: Plan["last"]): Promise<void> {
    const events: Step = { run: "ingest", take: this.events.length, again: 0, form: "lines" };
    const source: Step = { run: "etl", mutations: this.world.mutations.length, full: true, pageRows: 1000 };
    for (const step of last === "events" ? [source, events] : [events, source]) await this.play(step);
  }

  async repeat(): Promise<void> {
    const before = await this.lab.snapshot();
    await this.lab.ingest(this.world, this.events, "envelope");
    await this.lab.etl(this.world, { full: true, pageRows: 1000 });
    expect(await this.lab.recompute(this.world, ALL), "facts that recompute changes").toEqual(NO_CHANGE);
    expect(await this.lab.snapshot(), "what is kept, after everything was read again").toEqual(before);
  }

  private async compare(after: string): Promise<void> {
    if (this.looking) expect(await this.lab.facts(), `the facts after ${after}`).toEqual(oracleFacts(this.model.state));
  }
}

async function begin(lab: Lab, world: World, plan: Plan, looking: boolean): Promise<Trial> {
  await lab.reset();
  const trial = new Trial(lab, world, plan, looking);
  for (const step of plan.steps) await trial.play(step);
  await trial.finish(plan.last);
  return trial;
}

/**
 * Plays a world by a plan on an emptied lab. After every run the facts are those of the oracle; at the end, reading
 * everything again and recomputing changes nothing.
 */
export async function play(lab: Lab, world: World, plan: Plan): Promise<void> {
  const trial = await begin(lab, world, plan, true);
  await trial.repeat();
}

/** As `play`, without looking on the way. Returns the checksum of the facts. */
export async function arrive(lab: Lab, world: World, plan: Plan): Promise<string> {
  await begin(lab, world, plan, false);
  return lab.checksum();
}

/** The whole source as it is in the end, then all events, on an emptied lab. Returns the checksum of the facts. */
export async function load(lab: Lab, world: World): Promise<string> {
  await lab.reset();
  await lab.mutate(world.mutations, 0);
  await lab.etl(world, { full: true, pageRows: 1000 });
  await lab.ingest(world, world.events, "lines");
  return lab.checksum();
}
