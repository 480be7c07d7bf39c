import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { scratchFolder } from "../support/scratch.js";
import { spawned as timeback } from "../support/timeback.js";

const run = promisify(execFile);

/** What a run through a pipe loaded of Node, and how it ended. */
async function loadedBy(...args: string[]) {
  const folder = await scratchFolder("loaded");
  const list = join(folder, "modules.json");
  const hook = join(folder, "hook.cjs");
  const keep = `require("node:fs").writeFileSync(${JSON.stringify(list)}, JSON.stringify(process.moduleLoadList))`;
  await writeFile(hook, `process.on("exit", () => ${keep});`);
  const ended = await timeback(args, { env: { NODE_OPTIONS: `--require "${hook}"` } });
  return { ended, modules: JSON.parse(await readFile(list, "utf8")) as string[] };
}

const STREAM = "NativeModule internal/streams/writable";

describe("help and version are written to a pipe or a file without a stream", () => {
  test.each(["--help", "--version", "audit --help"])("%s loads no stream", async (words) => {
    const { ended, modules } = await loadedBy(...words.split(" "));
    expect(ended).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/^Usage: timeback|^\d/) });
    expect(modules).not.toContain(STREAM);
  });

  test("a complaint does", async () => {
    const { ended, modules } = await loadedBy("--no-such-option");
    expect(ended).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("unknown option") });
    expect(modules).toContain(STREAM);
  });

  test.skipIf(process.platform === "win32")("a reader that leaves is no fault, closed output neither", async () => {
    for (const rest of [
      "--help | true",
      "check fixtures/era-guide-bug/events.ndjson | true",
      "--version | true",
      "--help >&-",
    ]) {
      const script = `set -o pipefail; "$0" bin/timeback.js ${rest}`;
      await expect(run("bash", ["-c", script, process.execPath]), rest).resolves.toMatchObject({ stderr: "" });
    }
  });

  test.skipIf(process.platform !== "linux").each([
    ["--help > /dev/full", "ENOSPC"],
    ["--help > $1/answer", "EFBIG"],
    ["check fixtures/era-guide-bug/events.ndjson > /dev/full", "ENOSPC"],
  ])("output that cannot be written is a fault: %s", async (words, why) => {
    const limit = why === "EFBIG" ? "ulimit -f 0; " : "";
    const script = `${limit}exec "$0" bin/timeback.js ${words}`;
    const ended = run("bash", ["-c", script, process.execPath, await scratchFolder("full")]);
    await expect(ended).rejects.toMatchObject({
      code: 3,
      stderr: expect.stringMatching(new RegExp(`^timeback: standard output cannot be written: .*${why}.*\n$`)),
    });
  });
});
