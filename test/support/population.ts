import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { expect } from "vitest";
import { scratchFolder } from "./scratch.js";
import { timeback } from "./timeback.js";

/** `truth.json` of `timeback simulate`. */
export interface Truth {
  seed: number;
  students: number;
  totals: { trueXp: number; naiveXp: number };
  days: {
    studentId: string;
    email: string;
    date: string;
    trueXp: number;
    naiveXp: number;
    failedBankWrite: boolean;
    undecidable: string | null;
  }[];
  bundled: {
    eventId: string;
    twins: string[];
    studentId: string;
    app: string;
    date: string;
    eventXp: number;
    ownXp: number;
    excessXp: number;
    parts: string[];
    provable: boolean;
    why: string | null;
    failedBankWrite: boolean;
  }[];
  doubleCounted: [string, string][];
  decoys: { eventId: string; kind: string }[];
  counts: Record<string, number>;
}

export type CsvRow = Record<string, string>;

/** A population that `timeback simulate` wrote. */
export class Population {
  private constructor(readonly folder: string) {}

  static async simulate(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Population> {
    const folder = await scratchFolder("population");
    const { code, stderr } = await timeback(["simulate", "--out", folder, ...args], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return new Population(folder);
  }

  text(path: string): string {
    return readFileSync(join(this.folder, path), "utf8");
  }

  get truth(): Truth {
    return JSON.parse(this.text("truth.json")) as Truth;
  }

  rows(path: string): CsvRow[] {
    return parse(this.text(path), { columns: true });
  }
}

/** XP as whole hundredths, half away from zero, as facts keep it. */
export const hundredths = (xp: number): number =>
  Math.sign(xp) * Math.round(Number((Math.abs(xp) * 10_000).toFixed(0)) / 100);
