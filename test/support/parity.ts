import { expect } from "vitest";
import type { FreshDatabase } from "./engines.js";
import { timeback, timebackJson } from "./timeback.js";

/** Events, and folders with what the source held: the earliest reading first. */
export interface Files {
  events: string;
  readings: readonly string[];
}

/** How an app pays, as far as its events tell. */
interface AppPays {
  app: string | null;
  events: number;
}

/** What is said of files: of each event `verdict rule`, with the arithmetic where there is a sum; and how apps pay. */
export interface Said {
  claims: ReadonlyMap<string, string>;
  calibration: AppPays[];
}

const claim = (...parts: (string | null | undefined)[]): string => parts.filter(Boolean).join(" ");

interface CheckAnswer {
  findings: { check: string; verdict: string; code: string; eventId: string; arithmetic: string | null }[];
  calibration: AppPays[];
}

/** What `check` says of bundled XP, given every reading of the source. */
export async function saidByCheck({ events, readings }: Files): Promise<Said> {
  const evidence = readings.flatMap((folder) => ["--results", folder, "--resources", folder]);
  const args = ["check", events, "--format", "json", "--fail-on", "none", ...evidence];
  const { findings, calibration } = await timebackJson<CheckAnswer>(args);
  const bundled = findings.filter(({ check }) => check === "bundled-xp");
  const claims = bundled.map(
    ({ eventId, verdict, code, arithmetic }) => [eventId, claim(verdict, code, arithmetic)] as const,
  );
  return { claims: new Map(claims), calibration };
}

interface AuditAnswer {
  findings: { verdict: string; rule: string; eventId: string; summary: string; ownXp: number | null }[];
  calibration: AppPays[];
}

/** `9 = 3 own + 5 (the video) + 1 (the article)`, out of `An exercise: 9 = …; why`. */
const ARITHMETIC = /: (\S+ = .*?)(;.*)?$/;

/** What `audit` says of bundled XP once the same files are loaded into an empty database. */
export async function saidByAudit({ env }: FreshDatabase, { events, readings }: Files): Promise<Said> {
  const run = async (...args: string[]) => {
    const { code, stderr } = await timeback([...args, "-q"], { env });
    expect(code, `${args.join(" ")}: ${stderr}`).toBeLessThanOrEqual(1); // 1: records that contradict each other
  };
  await run("ingest", events);
  for (const folder of readings) {
    await run("import", "oneroster", folder);
    await run("etl", "oneroster", "--full");
  }
  const args = ["audit", "--kind", "bundled-xp", "--fail-on", "none", "--format", "json"];
  const { findings, calibration } = await timebackJson<AuditAnswer>(args, { env });
  const claims = findings.map(({ eventId, verdict, rule, summary, ownXp }) => {
    const sum = ownXp === null ? null : ARITHMETIC.exec(summary)?.[1];
    return [eventId, claim(verdict, rule, sum)] as const;
  });
  // The audit lists every app, the check those whose events tell how they pay.
  return { claims: new Map(claims), calibration: calibration.filter(({ events }) => events > 0) };
}
