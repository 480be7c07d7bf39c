import type { Landed } from "./oracle.js";
import type { CaliperEvent, ComponentResourceRow, LineItemRow, Mutation, ResultRow, UserRow, World } from "./world.js";

interface Tables {
  users: Map<string, UserRow>;
  assessment_line_items: Map<string, LineItemRow>;
  component_resources: Map<string, ComponentResourceRow>;
  assessment_results: Map<string, ResultRow>;
}

const noTables = (): Tables => ({
  users: new Map(),
  assessment_line_items: new Map(),
  component_resources: new Map(),
  assessment_results: new Map(),
});

/** What must have been landed after each run: the first event of an id, each row of the source as it was last read. */
export class LandedModel {
  private readonly source = noTables();
  private landed = noTables();
  private readonly events = new Map<string, CaliperEvent>();

  constructor(private readonly world: World) {}

  ingest(events: readonly CaliperEvent[]): void {
    for (const event of events) if (!this.events.has(event.id)) this.events.set(event.id, event);
  }

  mutate({ table, id, row }: Mutation): void {
    if (!(table in this.source)) return;
    const rows = this.source[table as keyof Tables] as Map<string, unknown>;
    if (row === null) rows.delete(id);
    else rows.set(id, row);
  }

  /** A full reading also forgets what the source no longer has. */
  etl(full: boolean): void {
    if (full) this.landed = noTables();
    for (const table of Object.keys(this.source) as (keyof Tables)[]) {
      const rows = this.landed[table] as Map<string, unknown>;
      for (const [id, row] of this.source[table]) rows.set(id, row);
    }
  }

  /** As the oracle takes it. */
  get state(): Landed {
    const { zone, linkWindowSeconds, testUsers } = this.world;
    const {
      users,
      assessment_line_items: lineItems,
      component_resources: componentResources,
      assessment_results: results,
    } = this.landed;
    return { zone, linkWindowSeconds, testUsers, events: this.events, users, lineItems, componentResources, results };
  }
}
