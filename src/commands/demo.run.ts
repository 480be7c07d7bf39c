import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ExitCode, WorkError } from "../errors.js";
import { packageFolder } from "../package-folder.js";
import type { Shell } from "./shell/shell.js";

const fixture = fileURLToPath(new URL("fixtures/era-guide-bug/", packageFolder));
const program = fileURLToPath(new URL("bin/timeback.js", packageFolder));
const student = "maya.chen@alphaschool.example";

/** A step of the story: what is told, and the command whose real output follows. */
interface Scene {
  told: string;
  command?: string[];
  /** The exit code that belongs to the story; 0 unless given. */
  exit?: number;
}

const scenes: readonly Scene[] = [
  {
    told: `A student watches a video (worth 5 XP), reads an article (1 XP) and finishes an exercise (2 XP, +25 % for getting
everything right: 2.5, paid as 3). She earned 9 XP. Two pipelines now report it to the analytics database.

Route 1, in real time: the app sends Caliper events. Its only ActivityEvent, for the exercise, has xpEarned 9: the app
bundled 3 + 5 + 1 into it.`,
    command: ["ingest", "events.ndjson"],
  },
  {
    told: `Route 2, nightly: the app also wrote the video's 5 and the article's 1 ("Banked XP") into OneRoster
assessment_results. Here they come from CSV dumps of the source tables; in production, from the source database.`,
    command: ["import", "oneroster", "source"],
  },
  { told: "", command: ["etl", "oneroster"] },
  { told: "What the dashboard now shows for her day: 15.", command: ["report", student] },
  {
    told: `Why: the exercise's fact counts 9 (from the event), and the facts of the video and the article count 5 and 1 (from the
results). Nothing is stored twice: no source is in two facts. But the 5 and the 1 came by both routes, once inside the 9.
Her true total for the day is 3 + 5 + 1 = 9.`,
    command: ["facts", student],
  },
  {
    told: "Both pipelines run again, as cron would. Nothing changes, however often they run.",
    command: ["ingest", "events.ndjson"],
  },
  { told: "", command: ["etl", "oneroster", "--full"] },
  { told: "And the facts match the stored records exactly:", command: ["recompute", "--dry-run"] },
  {
    told: `So how can anyone know that 15 is wrong? The audit knows what the exercise pays, and finds where the rest of the 9 is
already counted, result by result. Support can read its answer aloud. (It exits with 1 because something is confirmed,
which is how cron and CI notice.)`,
    command: ["audit", student],
    exit: ExitCode.attention,
  },
];

/** Tells the story by commands of this program, in other processes. */
export async function runDemo(shell: Shell): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), "timeback-demo-"));
  try {
    for (const scene of scenes) play(shell, scene, home);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function play({ stdout: answer }: Shell, { told, command, exit = ExitCode.done }: Scene, home: string): void {
  if (told !== "") answer.write(`\n${told}\n`);
  if (!command) return;
  answer.write(`\n$ timeback ${command.join(" ")}\n`);
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [program, ...command, "--data-dir", home], {
    cwd: fixture,
    env: {}, // no database of yours is touched
    encoding: "utf8",
  });
  answer.write(stdout ?? "");
  if (status !== exit)
    throw new WorkError(`the demo stopped at \`timeback ${command.join(" ")}\`: ${stderr || String(error)}`, {
      cause: error,
    });
}
