import { existsSync } from "node:fs";
import { dirname } from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { describeOnEngines, freshDatabase } from "./engines.js";
import { binaryFolders } from "./postgres-binaries.js";
import { startServer } from "./postgres-start.js";
import { timeback } from "./timeback.js";

describeOnEngines("a fresh database", (engine) => {
  test("is UTF-8, belongs to one test, and is gone after close", async () => {
    const mine = await freshDatabase(engine, "one label");
    const other = await freshDatabase(engine, "one label");
    try {
      await mine.query("create table proof (xp numeric)");
      await mine.query("insert into proof values ($1)", ["9.10"]);
      expect(await mine.query("select xp, current_setting('server_encoding') as encoding from proof")).toEqual([
        { xp: "9.10", encoding: "UTF8" },
      ]);
      expect(await other.query("select to_regclass('proof') as proof")).toEqual([{ proof: null }]);
    } finally {
      await mine.close();
      await other.close();
    }
    if (mine.dataDir) expect(existsSync(mine.dataDir)).toBe(false);
    else await expect(mine.query("select 1")).rejects.toMatchObject({ code: "3D000" });
  });

  test("shows days and instants as the database has them, in any zone of the test", async () => {
    const fresh = await freshDatabase(engine, "zones");
    try {
      await fresh.session(async (query) => {
        const [row] = await query(
          "select date '2025-03-09' as day, timestamptz '2025-03-09 01:30+00' as at, 2::bigint as n",
        );
        expect(row).toEqual({ day: "2025-03-09", at: "2025-03-09 01:30:00+00", n: "2" });
      });
    } finally {
      await fresh.close();
    }
  });
});

const [binaries = ""] = await binaryFolders();
test.skipIf(binaries === "")("a server started from binaries works, and nothing is left of it", async () => {
  const { url, stop } = await startServer(binaries);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ folder: string }>("select current_setting('data_directory') as folder");
  await client.end();
  await stop();
  expect(rows).toHaveLength(1);
  for (const { folder } of rows) expect(existsSync(dirname(folder))).toBe(false);
});

test("the binary prints its help on stdout and nothing else", async () => {
  expect(await timeback(["--help"])).toEqual({
    code: 0,
    signal: null,
    stdout: expect.stringContaining("Usage: timeback"),
    stderr: "",
  });
});
