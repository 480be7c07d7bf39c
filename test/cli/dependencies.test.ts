import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

interface Locked {
  version?: string;
  resolved?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  link?: boolean;
  dev?: boolean;
  devOptional?: boolean;
}

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const read = <T>(path: string): T => JSON.parse(readFileSync(at(path), "utf8")) as T;

type Wanted = Partial<Record<"dependencies" | "devDependencies" | "scripts", Record<string, string>>>;
const { packages } = read<{ packages: Record<string, Locked> & { "": Wanted } }>("package-lock.json");
const { "": root, ...others } = packages;
const locked = Object.entries(others as Record<string, Locked>);

/** Packages of development that may run something when they are installed, and why. */
const MAY_RUN: Readonly<Record<string, string>> = {
  "node_modules/fsevents": "macOS only: comes with vitest, brings its binary along",
};

/** What npm would run when it installs the package: its lockfile may not say so, the package does. */
function runsAtInstall([path, { hasInstallScript }]: [string, Locked]): boolean {
  if (hasInstallScript || existsSync(at(`${path}/binding.gyp`))) return true;
  const { scripts = {} } = existsSync(at(`${path}/package.json`)) ? read<Wanted>(`${path}/package.json`) : {};
  return ["preinstall", "install", "postinstall"].some((name) => name in scripts);
}

test("the lockfile names every dependency exactly, with a hash of what is downloaded, and none from elsewhere", () => {
  const { dependencies, devDependencies } = read<Wanted>("package.json");
  expect(root, "npm install was forgotten").toMatchObject({ dependencies, devDependencies });
  const loose = locked.filter(
    ([, { version = "", resolved = "https://registry.npmjs.org/", integrity = "", link }]) =>
      link ||
      !/^\d+\.\d+\.\d+/.test(version) ||
      !integrity.startsWith("sha512-") ||
      !resolved.startsWith("https://registry.npmjs.org/"),
  );
  expect(loose.map(([path]) => path)).toEqual([]);
  expect(locked.length).toBeGreaterThan(50);
});

test("no dependency of the program runs anything when it is installed; of development only those with a reason", () => {
  const running = locked.filter(runsAtInstall);
  expect(running.filter(([, { dev, devOptional }]) => !dev && !devOptional).map(([path]) => path)).toEqual([]);
  expect(running.map(([path]) => path).filter((path) => !(path in MAY_RUN))).toEqual([]);
});
