import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { openMemoryPglite, seedPath } from "../engine/pglite.js";
import { migrate, schemaFingerprint } from "./migrate.js";

const manifest = join(createRequire(import.meta.url).resolve("@electric-sql/pglite"), "../../package.json");
const key = createHash("sha256").update(readFileSync(manifest)).update(schemaFingerprint).digest("hex");
const keyPath = `${seedPath}.key`;

/**
 * Run by the build: writes a data directory with the current schema, from which the embedded database starts in one second instead of
 * five. Rebuilt only if PGlite or the schema changed.
 */
async function buildSeed(): Promise<void> {
  if (existsSync(seedPath) && existsSync(keyPath) && readFileSync(keyPath, "utf8") === key) return;
  const { store, dump } = await openMemoryPglite();
  await migrate(store, 0);
  writeFileSync(seedPath, await dump());
  writeFileSync(keyPath, key);
  await store.close();
}

void buildSeed().then(() => process.exit(0)); // PGlite leaves handles open that keep the process alive
