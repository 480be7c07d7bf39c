import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** The browser of the machine: CHROMIUM_PATH, or the first one in PATH; undefined where there is none. */
function browserPath(): string | undefined {
  const { CHROMIUM_PATH: given, PATH = "" } = process.env;
  if (given) return given;
  const folders = PATH.split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

/** Whether tests in a browser run: in CI always, and there a missing browser fails them. */
export const hasBrowser = (): boolean => {
  if (browserPath() !== undefined || process.env.CI) return true;
  process.stderr.write("no Chromium (CHROMIUM_PATH, or chromium in PATH): the tests of the HTML page are SKIPPED\n");
  return false;
};

/** Starts a headless browser; whoever starts it closes it. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = browserPath();
  if (executablePath === undefined) throw new Error("no Chromium: install it, or set CHROMIUM_PATH");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}
