import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { describeOnEngines, freshDatabase, type Row } from "../support/engines.js";
import { Population } from "../support/population.js";
import { timeback, timebackJson } from "../support/timeback.js";

/** Makes a database what version 7 of the schema had: payloads beside the other columns of their events. */
const AS_IN_VERSION_7 = `
  alter table timeback.caliper_events add column payload text;
  update timeback.caliper_events e set payload = p.payload from timeback.caliper_payloads p
    where p.landed_run = e.landed_run and p.landed_ordinal = e.landed_ordinal;
  alter table timeback.caliper_events alter column payload set not null, drop column landed_ordinal, drop column payload_digest;
  drop table timeback.caliper_payloads;
  drop index timeback.assessment_results_by_day;
  drop trigger drop_payloads on timeback.caliper_events;
  drop trigger truncate_payloads on timeback.caliper_events;
  drop function timeback.drop_payloads();
  drop function timeback.truncate_payloads();
  drop table timeback.resource_versions;
  alter table timeback.resources drop column xp_since;
  delete from timeback.migrations where version > 7`;

const digestOf = (payload: string) => createHash("blake2b512").update(payload).digest("hex").slice(0, 32);

const PAYLOADS = `
  select event_id::text as id, payload, payload_digest from timeback.caliper_events
  join timeback.caliper_payloads using (landed_run, landed_ordinal) order by 1`;

describeOnEngines("events of a database that an older program made", (engine) => {
  test("keep their payloads, and what is landed next finds them; a payload goes when its event does", async () => {
    const population = await Population.simulate(["--students", "3", "--seed", "5"]);
    const events = `${population.folder}/events.ndjson`;
    const database = await freshDatabase(engine, "payloads", { empty: true });
    const { env, query } = database;
    const ingest = () => timebackJson<Row>(["ingest", events, "--format", "json"], { env, code: 1 });
    try {
      const first = await ingest();
      const before = await query(PAYLOADS);
      expect(before.length).toBeGreaterThan(50);
      for (const { payload, payload_digest } of before)
        expect(String(payload_digest).replaceAll("-", "")).toBe(digestOf(String(payload)));
      const [facts] = await query("select checksum from timeback.facts_checksum");
      for (const statement of AS_IN_VERSION_7.split(";")) await query(statement);

      expect(await timeback(["db", "migrate"], { env })).toMatchObject({ code: 0 });
      const withoutDigests = before.map((row) => ({ ...row, payload_digest: null }));
      expect(await query(PAYLOADS)).toEqual(withoutDigests);
      await query("update timeback.caliper_events set payload_digest = event_id where event_id::text < '8'");
      const ofOlderVersions = await query(PAYLOADS);
      // The second time its lines are supposed to be known, but by no digest, or another one: each is read.
      const again = await timebackJson<Row>(["ingest", events, events, "--format", "json"], { env });
      expect(again).toMatchObject({ files: 2, stored: 0, duplicates: expect.any(Number) });
      expect(again.duplicates).toBe(2 * Number(first.stored) + 2 * Number(first.duplicates));
      expect(await query(PAYLOADS)).toEqual(ofOlderVersions);
      expect(await query("select checksum from timeback.facts_checksum")).toEqual([facts]);

      await query(
        "delete from timeback.caliper_events where event_id in (select event_id from timeback.caliper_events limit 10)",
      );
      expect(await query("select count(*)::int as n from timeback.caliper_payloads")).toEqual([
        { n: before.length - 10 },
      ]);
      await query("truncate timeback.caliper_events");
      expect(await query("select count(*)::int as n from timeback.caliper_payloads")).toEqual([{ n: 0 }]);
    } finally {
      await database.close();
    }
  });
});
