import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { openPostgres } from "../../src/store/engine/postgres.js";
import { modifiedRows } from "../../src/store/source/batches.js";
import { inspectSource, type Source } from "../../src/store/source/inspect.js";
import { assessmentResults } from "../../src/store/source/tables.js";
import { engines } from "../support/engines.js";
import { result, sourceDatabase } from "../support/source-database.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
const SIZES = { page: 1, first: 2, batch: 4 };
const IDS = Array.from({ length: 20 }, (_, n) => `ar-${String(n).padStart(2, "0")}`);

async function idsOf(source: Source): Promise<string[]> {
  const ids: string[] = [];
  for await (const { pages } of modifiedRows(source, assessmentResults, null, SIZES))
    for await (const page of pages())
      for (const line of Buffer.concat(page.all()).toString().split("\n").slice(0, -1))
        ids.push(line.split("\t")[1] ?? "");
  return ids;
}

// pg lets statements wait for each other, but warns of it on stderr, and means to refuse it
describe.skipIf(!hasPostgres)("one connection to a source", () => {
  test("is asked for one thing at a time, however many are asked for beside each other", async () => {
    const database = await sourceDatabase("in turn");
    const store = openPostgres({ url: database.url, max: 1, applicationName: "timeback test" });
    const warnings: string[] = [];
    const remember = ({ message }: Error) => warnings.push(message);
    process.on("warning", remember);
    try {
      await database.put("assessment_results", ...IDS.map((id) => result(id, 1)));
      await store.withSession(async (session) => {
        const source = await inspectSource(session, "public");
        expect(await Promise.all([idsOf(source), idsOf(source), idsOf(source)])).toEqual([IDS, IDS, IDS]);
      });
      await turn();
      expect(warnings).toEqual([]);
    } finally {
      process.off("warning", remember);
      await store.close();
      await database.close();
    }
  });
});
