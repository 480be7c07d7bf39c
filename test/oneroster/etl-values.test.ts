import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { engines, type Row } from "../support/engines.js";
import { EtlDesk } from "../support/etl-desk.js";
import { result, user } from "../support/source-database.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);

/** What stands under `xp` in metadata (as JSON), and the XP that is read from it. */
const XP: readonly [string, string | null][] = [
  ["5", "5"],
  ["2.390", "2.39"],
  ["-1.5", "-1.5"],
  ["0", "0"],
  ['"5"', "5"],
  ['" +7.50 "', "7.5"],
  ['"1e2"', "100"],
  ['".5"', "0.5"],
  ["0.123456789012345678901234567890", "0.12345678901234567890123456789"],
  ["1000000000", "1000000000"],
  ["1000000000.01", null],
  ["1e400", null],
  ['"1e400"', null],
  ["true", null],
  ["null", null],
  ['""', null],
  ['"abc"', null],
  ['"NaN"', null],
  ['"Infinity"', null],
  ['"0x10"', null],
  ['"1_000"', null],
  ['"5,5"', null],
  ['"５"', null],
  ['"\\u20035"', null],
  ['"5\\u00a0"', null],
  ['{"value": 5}', null],
  ["[5]", null],
];

/** What stands under `endedAt`, and the instant that is read from it. */
const ENDED: readonly [string, string | null][] = [
  ["2025-03-01T08:00:00Z", "2025-03-01 08:00:00+00"],
  ["2025-03-01T08:00:00.123456789+05:30", "2025-03-01 02:30:00.123457+00"],
  ["2025-03-01 08:00", "2025-03-01 08:00:00+00"],
  ["2024-02-29T23:59:59-1400", "2024-03-01 13:59:59+00"],
  ["2000-02-29T00:00:00z", "2000-02-29 00:00:00+00"],
  ["2025-02-29T08:00:00Z", null],
  ["2025-02-30T08:00:00Z", null],
  ["1900-02-29T08:00:00Z", null],
  ["2025-04-31T08:00:00Z", null],
  ["2025-13-01T08:00:00Z", null],
  ["2025-03-01T24:00:00Z", null],
  ["2025-03-01T08:60:00Z", null],
  ["2025-03-01T08:00:60Z", null],
  ["2025-03-01T08:00:00+15:00", null],
  ["2025-03-01T08:00:00 America/Chicago", null],
  ["2025-03-01", null],
  ["0025-03-01T08:00:00Z", null],
  ["infinity", null],
  ["now", null],
  ["1740816000", null],
];

/** Other metadata as a whole (as JSON): none of it may end a run. */
const METADATA = [
  "null",
  "[]",
  '[{"xp": 5}]',
  '"5"',
  "5",
  "true",
  "{}",
  '{"xpEarned": 5, "attempt": -1, "multiplier": "x", "relatedCaliperEvents": {"a": 1}}',
  '{"timeback": {"xp": 9}, "relatedCaliperEvents": [null, 5, {"id": 1}, "not-a-uuid"], "caliperSourcedId": 5}',
  '{"attempt": 1.5, "totalQuestions": "ten", "completedAt": 5, "endedAt": {"at": 1}, "subject": ["Math"]}',
];

describe.skipIf(!hasPostgres)("etl oneroster, what it makes of odd values", () => {
  test("metadata of any shape costs nothing but itself; XP and instants are read by the letter of the rules", () =>
    EtlDesk.lend("postgres", {}, async (desk) => {
      const rows = (kind: string, texts: readonly string[]) =>
        texts.map((text, n) => result(`${kind}-${n}`, 0, { metadata: JSON.parse(text) as unknown }));
      await desk.source.put(
        "assessment_results",
        // 1e400 is beyond a double: as text it reaches jsonb, which keeps it.
        ...rows(
          "xp",
          XP.map(([text]) =>
            text === "1e400" ? '{"xp": "later"}' : `{"xp": ${text.startsWith("0.1234") ? `"${text}"` : text}}`,
          ),
        ),
        ...rows(
          "ended",
          ENDED.map(([text]) => JSON.stringify({ endedAt: text })),
        ),
        ...rows("meta", METADATA),
      );
      await desk.source.query(
        `update assessment_results set metadata = '{"xp": 1e400}' where metadata ->> 'xp' = 'later'`,
      );
      const total = XP.length + ENDED.length + METADATA.length;
      const fresh = await desk.etl();
      expect(fresh).toMatchObject({ read: total, changed: total, rejected: 0 });

      const landed = await desk.analytics.query(
        "select sourced_id, xp, ended_at, event_refs from timeback.assessment_results",
      );
      const found = new Map(landed.map((row): [unknown, Row] => [row.sourced_id, row]));
      expect(XP.map(([text], n) => [text, found.get(`xp-${n}`)?.xp])).toEqual(XP);
      expect(ENDED.map(([text], n) => [text, found.get(`ended-${n}`)?.ended_at])).toEqual(ENDED);
      expect(METADATA.map((_, n) => found.get(`meta-${n}`)?.xp)).toEqual([...Array(7).fill(null), "5", null, null]);

      const xp = await desk.xp();
      expect(Object.keys(xp)).toHaveLength(XP.filter(([, value]) => value !== null && value !== "0").length + 1);
      expect(xp).toMatchObject({
        "xp-1": "2.39",
        "xp-2": "-1.50",
        "xp-8": "0.12",
        "xp-9": "1000000000.00",
        "meta-7": "5.00",
      });
      expect(await desk.etl(), "what was read is what is landed").toMatchObject({ changed: 0 });
    }));

  test("an id or an email that no index can hold costs its row only", () =>
    EtlDesk.lend("postgres", {}, async (desk) => {
      const long = randomBytes(2_000).toString("hex"); // random, so that it does not compress
      await desk.source.put("users", user("ben", { email: `${long}@school.example` }), user(long.slice(0, 1_001)));
      await desk.source.put(
        "assessment_results",
        result("ar-1", 5),
        result("ar-2", 5, { student_sourced_id: long }),
        result(long.slice(0, 1_001), 5),
        result("ar-3", 5, { student_sourced_id: "ben" }),
      );
      expect(await desk.etl([], { code: 1 })).toMatchObject({
        ...{ read: 4, changed: 2, rejected: 2 },
        reference: { users: { read: 3, changed: 2, rejected: 1 } },
      });
      expect(await desk.xp()).toEqual({ "ar-1": "5.00", "ar-3": "5.00" });
      const codes = await desk.analytics.query("select distinct code from timeback.rejects");
      expect(codes).toEqual([{ code: "text-too-long" }]);
      expect(await desk.etl(["--full"])).toMatchObject({ changed: 0, rejected: 2 });
    }));

  test("every reading of a result that differs is kept, with the date since which its XP stands", () =>
    EtlDesk.lend("postgres", {}, async (desk) => {
      const read = async (day: string, xp: unknown, changes: Row = {}) => {
        await desk.source.put(
          "assessment_results",
          result("ar", xp, { date_last_modified: `2025-03-${day}T00:00:00`, ...changes }),
        );
        return (await desk.etl()).facts;
      };
      expect(await read("10", 0, { metadata: { xp: 0, note: "not yet" } })).toEqual({
        inserted: 0,
        updated: 0,
        deleted: 0,
      });
      expect(await read("11", 5), "banked").toEqual({ inserted: 1, updated: 0, deleted: 0 });
      expect(await read("12", 5), "only its date moved").toEqual({ inserted: 0, updated: 0, deleted: 0 });
      expect(await read("13", 5, { score: 50, comment: "seen" }), "in columns that are not read").toEqual({
        inserted: 0,
        updated: 0,
        deleted: 0,
      });
      expect(await read("14", 5, { status: "tobedeleted" })).toEqual({ inserted: 0, updated: 0, deleted: 1 });
      expect(await read("15", 4)).toEqual({ inserted: 1, updated: 0, deleted: 0 });
      await desk.source.remove("assessment_results", "ar");
      expect(await desk.etl(["--full"])).toMatchObject({ vanished: 1, facts: { deleted: 1 } });

      const day = (column: string) => `to_char(${column} at time zone 'UTC', 'DD')`;
      const columns = `${day("date_last_modified")} as at, status, vanished, xp, ${day("xp_since")} as since`;
      expect(
        await desk.analytics.query(`
          select version, ${columns} from timeback.assessment_result_versions
          union all select null, ${columns} from timeback.assessment_results order by 1 nulls last`),
      ).toEqual([
        { version: 1, at: "10", status: "active", vanished: false, xp: "0", since: "10" },
        { version: 2, at: "13", status: "active", vanished: false, xp: "5", since: "11" },
        { version: 3, at: "14", status: "tobedeleted", vanished: false, xp: "5", since: "11" },
        { version: 4, at: "15", status: "active", vanished: false, xp: "4", since: "15" },
        { version: null, at: "15", status: "active", vanished: true, xp: "4", since: "15" },
      ]);
    }));

  test("timestamps with a zone, the zone of role, database and process, and the locale make no difference", () =>
    EtlDesk.lend("postgres", {}, async (plain) => {
      const rows = [
        result("ar-1", 1.5, { score_date: "2025-03-09T02:30:00.000001" }),
        result("ar-2", 2, {
          score_date: "2025-03-09T23:59:59.999999",
          metadata: { xp: "2,5", endedAt: "2025-03-09 23:59:59" },
        }),
        result("ar-3", 3, {
          score_date: "2025-03-09T00:00:00",
          metadata: { xp: 3, completedAt: "2025-03-09T00:00:00" },
        }),
      ];
      await plain.source.put("assessment_results", ...rows);
      await plain.etl();
      const { name } = (await plain.source.query("select current_database() as name"))[0] ?? {};
      await plain.source.query(`alter database ${name} set timezone = 'America/New_York'`);
      await plain.source.query(`alter database ${name} set datestyle = 'SQL, DMY'`);
      const elsewhere = { TZ: "Asia/Kolkata", LC_ALL: "de_DE.UTF-8", LANG: "tr_TR.UTF-8", PGTZ: "Asia/Tokyo" };
      expect(await plain.etl(["--full"], { env: elsewhere })).toMatchObject({ read: 3, changed: 0, unchanged: 3 });

      await EtlDesk.lend("postgres", { timestamps: "timestamptz" }, async (zoned) => {
        const utc = (row: Row): Row => ({
          ...row,
          score_date: `${row.score_date}Z`,
          date_last_modified: `${row.date_last_modified}Z`,
        });
        await zoned.source.put("users", user("maya", { date_last_modified: "2025-03-10T00:00:00Z" }));
        await zoned.source.put("assessment_results", ...rows.map(utc));
        const url = await zoned.source.roleUrl(
          "grant select on all tables in schema public to $role",
          "alter role $role set timezone = 'Asia/Tokyo'",
        );
        const env = { ...elsewhere, ONEROSTER_DATABASE_URL: url };
        expect(await zoned.etl([], { env })).toMatchObject({
          changed: 3,
          watermark: { after: "2025-03-10T00:00:00.000Z" },
        });
        expect(await zoned.checksum()).toBe(await plain.checksum());
        expect(await zoned.etl(["--overlap", "0s"], { env })).toMatchObject({ read: 3, changed: 0 });
      });
    }));
});
