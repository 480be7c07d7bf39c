import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, describe, expect, it } from "vitest";
import { parseLine } from "../../src/pipelines/caliper/parse/parse.js";
import { DEFAULT_RATES, optionsOf } from "./options.js";
import { populationFiles, writePopulation } from "./out/write.js";

/** A label and a share of a result, as far as the sums need them. */
interface Truth {
  totals: { trueXp: number; naiveXp: number };
  days: { date: string; trueXp: number; naiveXp: number }[];
  bundled: { eventId: string; provable: boolean; parts: string[] }[];
  decoys: { eventId: string }[];
  events: {
    eventId: string;
    class: string;
    verdict: string;
    actually: string;
    eventXp: number;
    ownXp: number;
    excessXp: number;
    parts: string[];
    reason: string;
  }[];
  results: { resultId: string; role: string; xp: number | null; trueXp: number }[];
}

type Row = Record<string, string>;

const TABLES = [
  ...["users", "courses", "course_components", "resources", "component_resources"],
  ...["assessment_line_items", "assessment_results"],
];
const options = optionsOf({ seed: "7", students: "19", days: "30" });
const files = populationFiles(options);
const text = (path: string): string => files.get(path) ?? "";
const truth = JSON.parse(text("truth.json")) as Truth;
const rows = (path: string): Row[] => parse(text(path), { columns: true });
const lines = text("events.ndjson").trimEnd().split("\n");

/** Sums are kept in hundredths: whole numbers, so that nothing is lost. */
const cents = (xp: number): number => Math.round(xp * 100);
const total = (amounts: readonly number[]): number => amounts.reduce((sum, one) => sum + cents(one), 0);

/** Every event of the file, whatever the form of its line. */
const sent = lines.flatMap((line) => {
  const value = JSON.parse(line);
  return (value.data ?? [value]) as {
    externalId?: string;
    id: string;
    type: string;
    generated: { items: { type: string; value: number }[] };
  }[];
});
const idOf = (event: { externalId?: string; id: string }): string =>
  (event.externalId ?? event.id).replace("urn:uuid:", "");
const activities = sent.filter(({ type }) => type === "ActivityEvent");
const xpOf = ({ generated }: (typeof sent)[number]): number =>
  generated.items.find(({ type }) => type === "xpEarned")?.value ?? 0;

describe("a population", () => {
  it("is the same for the same options, and another one for another seed", () => {
    expect([...populationFiles(options)]).toEqual([...files]);
    expect(populationFiles({ ...options, seed: 8 }).get("events.ndjson")).not.toBe(text("events.ndjson"));
  });

  it("holds events that are read without a reject, each with one label", () => {
    const outcomes = lines.flatMap((line) => parseLine({ text: line })).map(({ kind }) => kind);
    expect([...new Set(outcomes)]).toEqual(["event"]);
    const told = activities.map((event) => [idOf(event), xpOf(event)]).sort();
    expect(told).toEqual(truth.events.map(({ eventId, eventXp }) => [eventId, eventXp]).sort());
    expect(new Set(sent.map(idOf)).size).toBe(sent.length);
  });
});

describe("its sources", () => {
  it.each(["source-1", "source-2"])("has tables in %s whose references are all there", (source) => {
    const ids = new Map(TABLES.map((name) => [name, rows(`${source}/${name}.csv`).map(({ sourced_id: id }) => id)]));
    for (const [name, list] of ids) expect(new Set(list).size, name).toBe(list.length);
    const known = (name: string, list: (string | undefined)[]) => {
      const there = new Set(ids.get(name));
      expect(
        list.filter((id) => !there.has(id)),
        name,
      ).toEqual([]);
    };
    const results = rows(`${source}/assessment_results.csv`);
    const items = rows(`${source}/assessment_line_items.csv`);
    known(
      "users",
      results.map((row) => row.student_sourced_id),
    );
    known(
      "assessment_line_items",
      results.map((row) => row.assessment_line_item_sourced_id),
    );
    known(
      "courses",
      items.map((row) => row.course_sourced_id),
    );
    known(
      "component_resources",
      items.map((row) => row.component_resource_sourced_id).filter((id) => id !== ""),
    );
    for (const { metadata } of results) expect(typeof JSON.parse(metadata ?? "")).toBe("object");
  });

  it("keeps every row of the first source in the second", () => {
    for (const name of TABLES) {
      const later = new Set(rows(`source-2/${name}.csv`).map(({ sourced_id: id }) => id));
      expect(rows(`source-1/${name}.csv`).filter(({ sourced_id: id }) => !later.has(id))).toEqual([]);
    }
  });
});

describe("truth.json", () => {
  it("has totals that are the sums of the labels, and of the days", () => {
    const { events, results, days, totals } = truth;
    const labelled = total(events.map(({ ownXp }) => ownXp)) + total(results.map(({ trueXp }) => trueXp));
    expect(labelled).toBe(cents(totals.trueXp));
    expect(total(days.map(({ trueXp }) => trueXp))).toBe(cents(totals.trueXp));
    expect(total(days.map(({ naiveXp }) => naiveXp))).toBe(cents(totals.naiveXp));
  });

  it("has the naive total that the files come to", () => {
    const results = rows("source-2/assessment_results.csv").filter(({ status }) => status === "active");
    const paid = results.map(({ metadata }) => {
      const { xp, xpEarned, "timeback.xp": dotted } = JSON.parse(metadata ?? "");
      return xp ?? xpEarned ?? dotted ?? 0;
    });
    expect(total(activities.map(xpOf)) + total(paid)).toBe(cents(truth.totals.naiveXp));
  });

  it("says of every event what it is, and of every doubt why", () => {
    for (const { verdict, actually, eventXp, ownXp, excessXp, parts, reason } of truth.events) {
      expect(cents(eventXp) - cents(ownXp)).toBe(cents(excessXp));
      expect(excessXp > 0).toBe(actually === "bundled");
      if (verdict === "bundled") expect(parts).not.toEqual([]);
      if (verdict === "undecidable") expect(reason).not.toBe("");
      else expect(verdict).toBe(actually);
    }
  });

  it("shows every class somewhere", () => {
    const everything = populationFiles(optionsOf({ seed: "3", students: "76", days: "40" })).get("truth.json") ?? "";
    const { events } = JSON.parse(everything) as { events: { class: string; also: string[] }[] };
    const shown = new Set(events.flatMap((event) => [event.class, ...event.also]));
    expect(Object.keys(DEFAULT_RATES).filter((name) => !shown.has(name))).toEqual([]);
  });
});

describe("writePopulation", () => {
  const folder = mkdtempSync(join(tmpdir(), "population-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("writes the files as they are", () => {
    const small = optionsOf({ students: "3", days: "10" });
    writePopulation(folder, small);
    for (const [path, whole] of populationFiles(small)) expect(readFileSync(join(folder, path), "utf8")).toBe(whole);
  });

  it("refuses options that cannot be", () => {
    expect(() => optionsOf({ "bonus-streak": "1.5" })).toThrow("not a rate");
    expect(() => optionsOf({ bonus: "1" })).toThrow("no such option");
  });
});
