import { expect, test } from "vitest";
import { describeOnEngines, type Row } from "../support/engines.js";
import {
  corpusLines,
  countsOf,
  csvVerdicts,
  fileVerdicts,
  HostileDesk,
  isRejected,
  type LineVerdict,
  type LoadedPackage,
  lineVerdicts,
  outcomes,
  type RefusedPackage,
  tally,
} from "../support/hostile-input.js";

const FACTS_UNCHANGED = { inserted: 0, updated: 0, deleted: 0 };

/** A record of the corpus, with the id that it has where it has one of its own. */
const records = lineVerdicts.flatMap((line) =>
  outcomes(line).map((outcome, member) => ({
    line: line.line,
    member,
    outcome,
    id: `c0ffee00-${member.toString(16).padStart(4, "0")}-4000-8000-${String(line.line).padStart(12, "0")}`,
  })),
);
const stored = records.filter(({ outcome }) => outcome === "stored");
const rejected = records.filter(({ outcome }) => isRejected(outcome));

const LANDED = `
  select e.event_id::text as id, e.xp::text as xp, a.email, a.student_id as "studentId", e.activity_key as "activityKey",
    e.activity_name as "activityName", e.subject, e.app, p.payload,
    to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "occurredAt"
  from timeback.caliper_events e join timeback.caliper_actors a using (actor_key) join timeback.caliper_payloads p using (landed_run, landed_ordinal) order by 1`;

/** A bare event is kept as it was sent, without byte order mark and CR. */
const payloadOf = ({ line }: LineVerdict): string =>
  (corpusLines()[line - 1] ?? Buffer.alloc(0)).toString("utf8").replace(/^\ufeff|\r$/g, "");

function expectLanded(rows: Row[]): void {
  expect(rows.map(({ id }) => id)).toEqual(stored.map(({ id }) => id).sort());
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const line of lineVerdicts.filter(({ verdict }) => verdict === "stored")) {
    const row = byId.get(records.find((record) => record.line === line.line)?.id ?? "");
    expect(row, line.what).toMatchObject({ ...line.landed, payload: payloadOf(line) });
  }
}

describeOnEngines("hostile input", (engine) => {
  test("every line has its verdict and costs itself only; read again, it changes nothing", () =>
    HostileDesk.lend(engine, async (desk) => {
      expect(lineVerdicts.map(({ line }) => line)).toEqual(corpusLines().map((_, at) => at + 1));
      expect(await desk.ingest(["lines.ndjson"], 1)).toMatchObject(countsOf(lineVerdicts));
      await desk.database.session(async (query) => {
        expectLanded(await query(LANDED));
        const addresses = "select line::int as line, member, code as outcome from timeback.rejects order by 1, 2";
        expect(await query(addresses)).toEqual(
          rejected.map(({ line, member, outcome }) => ({ line, member, outcome })),
        );
        const conflicts = await query("select line::int as line from timeback.caliper_conflicts order by 1");
        const expected = records.filter(({ outcome }) => outcome === "conflict").map(({ line }) => ({ line }));
        expect(conflicts).toEqual(expected);
      });
      expect(await desk.json(["rejects", "list"])).toMatchObject({
        byCode: tally(rejected.map(({ outcome }) => outcome)),
      });
      expect(await desk.ingest(["lines.ndjson"], 0)).toMatchObject({ stored: 0, facts: FACTS_UNCHANGED });
      const again = { stored: 0, duplicates: 0, conflicts: 0, skipped: 0 };
      expect(await desk.json(["rejects", "replay", "--all"]), "the same program judges them the same").toMatchObject(
        again,
      );
      expect(await desk.json(["recompute", "--dry-run"])).toMatchObject({ facts: FACTS_UNCHANGED });
      const forms = engine === "postgres" ? ["table", "json", "ndjson", "csv"] : ["table"];
      for (const format of forms)
        for (const command of [["report"], ["facts"], ["audit"], ["rejects", "list"]])
          expect((await desk.run(...command, "--format", format)).code, command.join(" ")).toBe(0);
    }));

  test("every file has its verdict and costs itself only", () =>
    HostileDesk.lend(engine, async (desk) => {
      const path = (file: string) => `files/${file}`;
      const answer = await desk.ingest(
        fileVerdicts.map(({ file }) => path(file)),
        1,
      );
      const kept = fileVerdicts.reduce((sum, verdict) => sum + verdict.stored, 0);
      const refused = fileVerdicts.flatMap(({ file, rejects }) =>
        rejects.map(([line, code]) => ({ file: path(file), line, code })),
      );
      expect(answer).toMatchObject({ files: fileVerdicts.length, stored: kept, rejected: refused.length });
      const byAddress = (a: { file: string; line: number }, b: { file: string; line: number }) =>
        a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1;
      const rejects = (await desk.rejects()).map(({ file, line, code }) => ({ file, line, code }));
      expect(rejects).toEqual(refused.sort(byAddress));
      const ids = await desk.database.query("select event_id::text as id from timeback.caliper_events");
      for (const { file, ids: start, stored: events } of fileVerdicts)
        expect(ids.filter(({ id }) => String(id).startsWith(start)).length, file).toBe(events);
    }));

  test("every CSV package has its verdict; a bad row costs itself only", () =>
    HostileDesk.lend(engine, async (desk) => {
      for (const verdict of csvVerdicts) await (verdict.exit === 3 ? refuse(desk, verdict) : load(desk, verdict));
      const expected = csvVerdicts.flatMap((verdict) => (verdict.exit === 3 ? [] : addressesOf(verdict)));
      const rejects = (await desk.rejects()).map(({ file, line, code }) => [file, line, code]);
      expect(rejects.map(String).sort()).toEqual(expected.map(String).sort());
      expect((await desk.run("etl", "oneroster")).code, "what was imported is read").toBe(0);
    }));
});

async function refuse(desk: HostileDesk, { folder, what, says }: RefusedPackage): Promise<void> {
  const { code, stdout, stderr } = await desk.run("import", "oneroster", `csv/${folder}`);
  expect({ code, stdout, stderr }, what).toEqual({ code: 3, stdout: "", stderr: expect.stringContaining(says) });
  expect(stderr).toContain("(nothing was written)");
}

async function load(desk: HostileDesk, { folder, what, files, rows }: LoadedPackage): Promise<void> {
  const answer = await desk.json<{ files: Row[] }>(["import", "oneroster", `csv/${folder}`], 1);
  const counts = answer.files.map(({ file, rows: all, inserted, rejected: bad }) => [
    String(file).split("/").pop(),
    [all, inserted, bad],
  ]);
  expect(Object.fromEntries(counts), what).toEqual(files);
  for (const [table, expected] of Object.entries(rows)) {
    const landed = await desk.database.query(`select * from oneroster.${table}`);
    const byId = new Map(landed.map((row) => [row.sourced_id, row]));
    for (const [id, row] of Object.entries(expected)) expect(byId.get(id), `${table} ${id}`).toMatchObject(row);
  }
}

const addressesOf = ({ folder, rejects }: LoadedPackage) =>
  rejects.map(([file, line, code]) => [`csv/${folder}/${file}`, line, code]);
