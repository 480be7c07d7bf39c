import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { eventLine } from "./audit-desk.js";
import { scratchFolder } from "./scratch.js";
import { timeback } from "./timeback.js";

/** A file of the fixtures. */
export const fixture = (path: string) => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));
/** The guide's story: one event of 9 XP, and its evidence. */
export const EVENTS = fixture("era-guide-bug/events.ndjson");
export const SOURCE = fixture("era-guide-bug/source");
export const RESOURCES = join(SOURCE, "resources.csv");
export const RESULTS = join(SOURCE, "assessment_results.csv");
export const BUNDLE = "270cb3ab-0c7a-4314-adef-3fcf71ef4604";

/** A finding as `check` prints it. */
export interface Finding {
  file: string;
  line: number;
  check: string;
  verdict: string;
  code: string;
  reason: string;
  eventId: string | null;
  studentId: string | null;
  xp: number | null;
  arithmetic: string | null;
}

/** The findings of a run that warns of nothing. */
export const findingsOf = async (args: readonly string[], input = ""): Promise<Finding[]> => {
  const run = await timeback(["check", "--format", "ndjson", "-q", ...args], { input });
  expect(run.stderr).toBe("");
  const lines = run.stdout.split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Finding);
};

/** A file with these lines. */
export const fileOf = async (...lines: string[]): Promise<string> => {
  const file = join(await scratchFolder(), "events.ndjson");
  await writeFile(file, lines.map((line) => `${line}\n`).join(""));
  return file;
};

const RESOURCE_HEAD = "sourcedId,status,dateLastModified,title,metadata.xp,metadata.type\n";
/** A CSV of OneRoster, by a name that says nothing: an exercise of 2, a video of 5, an article of 1 XP. */
export const resourcesFile = async (): Promise<string> => {
  const file = join(await scratchFolder(), "what-things-pay.csv");
  await writeFile(
    file,
    `${RESOURCE_HEAD}ex-1,,,Exercise,2,exercise\nvideo-1,,,The video,5,video\narticle-1,,,The article,1,article\n`,
  );
  return file;
};

export const AT = "2025-03-01T10:20:00Z";
/** Lines of one student: the exercise all right at the first attempt (it pays 3), a video and an article before it. */
export const exercise = (id: number, xp: number, more: object = {}) =>
  eventLine({ id, student: "maya", at: AT, activity: "ex-1", xp, questions: [10, 10], attempt: 1, ...more });
export const video = (id: number, at = "2025-03-01T10:12:00Z") =>
  eventLine({ id, student: "maya", at, activity: "video-1", xp: 5 });
export const article = (id: number) =>
  eventLine({ id, student: "maya", at: "2025-03-01T10:15:00Z", activity: "article-1", xp: 1 });
