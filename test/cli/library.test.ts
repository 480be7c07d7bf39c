import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { engines } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";

const run = promisify(execFile);
const project = fileURLToPath(new URL("../../", import.meta.url));
const modules = join(project, "node_modules");
const fixture = join(project, "fixtures/era-guide-bug");

/** What a stranger writes, who has read the README only. */
const PROGRAM = `
import { audit, calledBy, etlOneroster, importOneroster, ingest, landEvents, openStore, withImportPlan, UsageError } from "timeback";

const [fixture = "", dataDir = ""] = process.argv.slice(2);
const caller = calledBy("nightly-job");
const store = await openStore({ dataDir });
try {
  const events = fixture + "/events.ndjson";
  const landed = await ingest(store, { inputs: [{ name: "events.ndjson", from: events }] }, caller);
  const stored: number = landed.stored;
  const paths = [{ name: "source", path: fixture + "/source" }];
  await withImportPlan({ paths }, (plan) => importOneroster(store, { plan }, caller));
  const read = await etlOneroster(store, {}, caller);
  const again = await landEvents(store, { source: "webhook:1", records: ["{}", "not JSON"] }, caller);
  const email = "maya.chen@alphaschool.example";
  const found = await audit(store, { email }, caller, async ({ totals, verdicts, findings }) => {
    const bodies: unknown[] = [];
    for await (const page of findings()) bodies.push(...page.map(({ body }) => JSON.parse(body)));
    return { totals, confirmed: verdicts.confirmed, bodies };
  });
  const unknown = await audit(store, { email: "nobody@school.example" }, caller, async () => "found").catch(
    (error: unknown) => error instanceof UsageError && error.message,
  );
  console.log(JSON.stringify({ stored, read: read.read, rejected: again.rejected, found, unknown }));
} finally {
  await store.close();
}

/** What the types refuse. */
export async function misuse() {
  // @ts-expect-error a folder is text
  const opened = await openStore({ dataDir: 7 });
  // @ts-expect-error files are inputs
  const answer = await ingest(opened, { files: ["events.ndjson"] }, calledBy("me"));
  // @ts-expect-error XP is exact decimal text
  const xp: number = await audit(opened, {}, caller, async ({ totals }) => totals.trueXp);
  return [answer, xp];
}
`;

const CONFIG = {
  compilerOptions: {
    ...{ target: "es2023", module: "nodenext", lib: ["es2023"], types: ["node"], strict: true, outDir: "out" },
    ...{ exactOptionalPropertyTypes: true, skipLibCheck: true, rootDir: "." },
  },
};

/** A folder that has the package as npm packs it, and nothing else but what the package depends on. */
async function installed(): Promise<{ folder: string; files: string[] }> {
  const folder = await scratchFolder("library");
  const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: project,
    maxBuffer: 2 ** 24,
  });
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  const home = join(folder, "node_modules/timeback");
  await mkdir(home, { recursive: true });
  await run("tar", ["-xzf", join(folder, packed.filename), "-C", home, "--strip-components=1"]);
  const { dependencies } = JSON.parse(await readFile(join(home, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  for (const name of [...Object.keys(dependencies), "@types/node"]) await link(name, folder);
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(CONFIG));
  return { folder, files: packed.files.map(({ path }) => path) };
}

async function link(name: string, folder: string): Promise<void> {
  const at = join(folder, "node_modules", name);
  await mkdir(join(at, ".."), { recursive: true });
  await symlink(join(modules, name), at);
}

/** Compiles the program in a folder, and returns what the compiler complains of. */
const complaintsOf = (folder: string): Promise<string> =>
  run(process.execPath, [join(modules, "typescript/bin/tsc"), "-p", "."], { cwd: folder }).then(
    () => "",
    ({ stdout }: { stdout: string }) => stdout,
  );

// Once, on the engine that needs nothing: what the operations do is tested through the commands.
describe.skipIf(!engines.some(({ name, available }) => name === "pglite" && available))("the library", () => {
  let folder = "";
  let files: string[] = [];

  beforeAll(async () => {
    ({ folder, files } = await installed());
  });

  test("a stranger's program compiles against its types, which refuse misuse, and is told of 9 = 3 + 5 + 1", async () => {
    await writeFile(join(folder, "program.ts"), PROGRAM);
    expect(await complaintsOf(folder)).toBe("");
    const args = [join(folder, "out/program.js"), fixture, join(folder, "data")];
    const { stdout, stderr } = await run(process.execPath, args, { cwd: folder, env: {} });
    expect(stderr).toBe("");
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ stored: 4, read: 2, rejected: 2, found: { confirmed: 1 } });
    expect(answer.found.totals).toMatchObject({ countedXp: "15.00", trueXp: "9.00", inflationXp: "6" });
    const { kind, eventXp, ownXp, results } = answer.found.bodies[0];
    expect({ kind, eventXp, ownXp }).toEqual({ kind: "bundled-xp", eventXp: 9, ownXp: 3 });
    expect(results.map(({ xp }: { xp: number }) => xp)).toEqual([5, 1]);
    expect(answer.unknown).toContain("no student has the email nobody@school.example");
  });

  test("the package holds what it needs, and no test and no source", async () => {
    expect(files).toContain("dist/library.js");
    expect(files).toContain("dist/types/library.d.ts");
    expect(files.filter((file) => /\.test\.|^(src|test|bench|scripts)\//.test(file))).toEqual([]);
    expect((await readdir(join(folder, "node_modules/timeback/bin"))).sort()).toEqual([
      "load.js",
      "package.json",
      "timeback.js",
    ]);
  });
});
