import { describe, expect, test } from "vitest";
import { engines, freshDatabase } from "../support/engines.js";
import { EtlDesk } from "../support/etl-desk.js";
import { result } from "../support/source-database.js";
import { timeback } from "../support/timeback.js";

const HOSTILE = `a"; drop schema timeback cascade; -- .b'$1\\`;
const quoted = `"${HOSTILE.replaceAll('"', '""')}"`;

describe.skipIf(!engines.some(({ name, available }) => name === "postgres" && available))("what a flag names", () => {
  test("is a schema of that very name, and never SQL", () =>
    EtlDesk.lend("postgres", { least: false }, async (desk) => {
      await desk.source.put("assessment_results", result("ar-1", 5));
      const missing = await desk.run(["--source-schema", HOSTILE]);
      expect(missing).toMatchObject({ code: 3, stdout: "" });
      expect(missing.stderr).toContain(`table ${HOSTILE}.users is missing`);
      await desk.source.query(`alter schema public rename to ${quoted}`);
      expect(await desk.etl(["--source-schema", HOSTILE])).toMatchObject({ read: 1, facts: { inserted: 1 } });
      expect(await desk.etl(["--source-schema", HOSTILE, "--full"])).toMatchObject({ read: 1, vanished: 0 });
    }));

  test("is a student, an app, a run, a finding or a reject of that very name, and never SQL", async () => {
    const database = await freshDatabase("postgres", "hostile names");
    const run = (...args: string[]) => timeback(args, { env: database.env });
    const columns = "select count(*) from information_schema.columns where table_schema = 'timeback'";
    try {
      expect(await run("db", "migrate")).toMatchObject({ code: 0 });
      const before = await database.query(columns);
      for (const word of ["' or true --", '"; drop schema timeback cascade; --', "%", "\\"]) {
        for (const args of [
          ["report", word],
          ["recompute", word],
          ["repair", word, "--yes"],
          ["rejects", "show", word],
          ["runs", word],
          ["audit", "show", word],
        ])
          expect(await run(...args), args.join(" ")).toMatchObject({ code: 2, stdout: "" });
        expect(await run("audit", "--app", word), word).toMatchObject({ code: 0 });
        expect(await run("runs", "--command", word, "--format", "ndjson"), word).toMatchObject({ code: 0, stdout: "" });
      }
      expect(await database.query(columns)).toEqual(before);
    } finally {
      await database.close();
    }
  });
});
