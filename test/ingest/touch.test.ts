import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { activity } from "../support/caliper-samples.js";
import { describeOnEngines, freshDatabase } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { timebackJson } from "../support/timeback.js";

const HISTORY = 400;
const HOUR_MS = 3_600_000;

/** The n-th event of one student, an hour after the one before, of one activity in ten. */
const event = (n: number): string =>
  JSON.stringify(
    activity({
      id: `urn:uuid:00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
      eventTime: new Date(Date.UTC(2025, 0, 1) + n * HOUR_MS).toISOString(),
      object: { id: `https://app.example/activities/ex-${n % 10}`, subject: "Math", app: { name: "Math Lab" } },
    }),
  );

describeOnEngines("one new event", (engine) => {
  test("writes its own fact and leaves the rows of the student's history untouched", async () => {
    const database = await freshDatabase(engine, "one new event");
    const folder = await scratchFolder("one new event");
    const history = join(folder, "history.ndjson");
    const one = join(folder, "one.ndjson");
    writeFileSync(history, Array.from({ length: HISTORY }, (_, n) => event(n)).join("\n"));
    writeFileSync(one, event(HISTORY));
    try {
      await timebackJson(["ingest", history, "--format", "json"], { env: database.env });
      const versions = () =>
        database.query("select fact_key, xmin::text, ctid::text from timeback.processed_facts order by fact_key");
      const before = await versions();
      const answer = await timebackJson(["ingest", one, "--format", "json"], { env: database.env });
      expect(answer).toMatchObject({ stored: 1, facts: { inserted: 1, updated: 0, deleted: 0 } });
      const after = await versions();
      expect(after.filter(({ fact_key }) => !String(fact_key).endsWith(String(HISTORY).padStart(12, "0")))).toEqual(
        before,
      );
      expect(after).toHaveLength(HISTORY + 1);
    } finally {
      await database.close();
    }
  });
});
