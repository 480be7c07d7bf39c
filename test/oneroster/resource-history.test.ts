import { describe, expect, test } from "vitest";
import { describeOnEngines, engines, type FreshDatabase } from "../support/engines.js";
import { EtlDesk } from "../support/etl-desk.js";
import { reference } from "../support/source-database.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);

const exercise = (xp: number, day: string, title = "Ratios") =>
  reference("ex", { title, date_last_modified: `${day}T00:00:00`, metadata: { xp, type: "exercise" } });

const now = ({ query }: FreshDatabase) =>
  query("select xp, xp_since::date::text as since from timeback.resources where sourced_id = 'ex'");
const before = ({ query }: FreshDatabase) =>
  query(
    "select xp, xp_since::date::text as since from timeback.resource_versions where sourced_id = 'ex' order by version",
  );

describe.skipIf(!hasPostgres)("what a resource paid before", () => {
  describeOnEngines("is kept", (engine) => {
    test("when its XP changes, and not when anything else of it does; nor is it lost when the source loses the row", () =>
      EtlDesk.lend(engine, {}, async (desk) => {
        await desk.source.put("resources", exercise(2, "2025-03-01"));
        await desk.etl();
        expect(await now(desk.analytics)).toEqual([{ xp: "2", since: "2025-03-01" }]);

        await desk.source.put("resources", exercise(2, "2025-03-10", "Ratios and rates"));
        await desk.etl();
        expect(await now(desk.analytics), "it has paid 2 since March 1").toEqual([{ xp: "2", since: "2025-03-01" }]);
        expect(await before(desk.analytics)).toEqual([]);

        await desk.source.put("resources", exercise(7, "2025-03-20"));
        await desk.etl();
        expect(await now(desk.analytics)).toEqual([{ xp: "7", since: "2025-03-20" }]);
        expect(await before(desk.analytics)).toEqual([{ xp: "2", since: "2025-03-01" }]);

        await desk.source.remove("resources", "ex");
        await desk.etl(["--full"]);
        expect(await now(desk.analytics)).toEqual([]);
        await desk.source.put("resources", exercise(3, "2025-04-01"));
        await desk.etl();
        expect(await now(desk.analytics)).toEqual([{ xp: "3", since: "2025-04-01" }]);
        expect(await before(desk.analytics)).toEqual([
          { xp: "2", since: "2025-03-01" },
          { xp: "7", since: "2025-03-20" },
        ]);
      }));
  });
});
