import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { findServer } from "./postgres-server.js";
import { temporaryParent } from "./temporary-parent.js";
import { dropLeftovers, type LeastRoles, makeRoles, onServer, prefixOfRun } from "./test-databases.js";

/** What the tests are told about PostgreSQL: where it is, or why there is none. */
type PostgresOffer = { url: string; prefix: string; template: string; roles: LeastRoles | null } | { problem: string };

declare module "vitest" {
  interface ProvidedContext {
    postgres: PostgresOffer;
    scratch: string;
    /** A data directory whose embedded database has the schema and no row; empty where no test is to run on one. */
    embeddedTemplate: string;
  }
}

/** Finds or starts PostgreSQL once for the whole run; at its end stops only what it started, and leaves nothing. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const scratch = await mkdtemp(join(temporaryParent(), "timeback-test-"));
  project.provide("scratch", scratch);
  // Also when the run is interrupted, which skips what this function returns.
  process.on("exit", () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }));
  project.provide("embeddedTemplate", wants("pglite") ? await embeddedTemplate(join(scratch, "template")) : "");
  const found = await findServer();
  if ("problem" in found) {
    project.provide("postgres", found);
    announce(`!!! NO POSTGRESQL: its tests ${process.env.CI ? "FAIL" : "ARE SKIPPED"}. ${found.problem}`);
    return async () => {};
  }
  const { url, version, origin, stop } = found;
  const prefix = prefixOfRun(Date.now());
  const roles = await makeRoles(url, prefix);
  const template = wants("postgres") ? await postgresTemplate(url, `${prefix}0`) : "";
  project.provide("postgres", { url, prefix, template, roles });
  const least = process.env.TEST_ROLES === "least" ? ", with the least rights" : "";
  announce(`Node ${process.version}, PostgreSQL ${version} (${origin})${least}`);
  return async () => {
    await dropLeftovers(url, prefix, Date.now());
    await stop();
  };
}

const wants = (engine: string): boolean => (process.env.TEST_ENGINE ?? engine) === engine;

async function embeddedTemplate(home: string): Promise<string> {
  await migrated({ TIMEBACK_HOME: home });
  return home;
}

async function postgresTemplate(url: string, name: string): Promise<string> {
  await onServer(url, `create database ${name} template template0 encoding 'UTF8'`);
  const own = Object.assign(new URL(url), { pathname: `/${name}` }).href;
  await migrated({ DATABASE_URL: own });
  await onServer(own, "delete from timeback.runs"); // that of the migration
  return name;
}

async function migrated(place: Record<string, string>): Promise<void> {
  const program = fileURLToPath(new URL("../../bin/timeback.js", import.meta.url));
  await promisify(execFile)(process.execPath, [program, "db", "migrate"], { env: { ...process.env, ...place } });
}

function announce(line: string): void {
  process.stderr.write(`${line}\n`);
}
