import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { findServer } from "./postgres-server.js";
import { dropLeftovers, type LeastRoles, makeRoles, prefixOfRun } from "./test-databases.js";

/** What the tests are told about PostgreSQL: where it is, or why there is none. */
type PostgresOffer = { url: string; prefix: string; roles: LeastRoles | null } | { problem: string };

declare module "vitest" {
  interface ProvidedContext {
    postgres: PostgresOffer;
    scratch: string;
  }
}

/** Finds or starts PostgreSQL once for the whole run; at its end stops only what it started, and leaves nothing. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const scratch = await mkdtemp(join(tmpdir(), "timeback-test-"));
  project.provide("scratch", scratch);
  // Also when the run is interrupted, which skips what this function returns.
  process.on("exit", () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }));
  const found = await findServer();
  if ("problem" in found) {
    project.provide("postgres", found);
    announce(`!!! NO POSTGRESQL: its tests ${process.env.CI ? "FAIL" : "ARE SKIPPED"}. ${found.problem}`);
    return async () => {};
  }
  const { url, version, origin, stop } = found;
  const prefix = prefixOfRun(Date.now());
  const roles = await makeRoles(url, prefix);
  project.provide("postgres", { url, prefix, roles });
  const least = process.env.TEST_ROLES === "least" ? ", with the least rights" : "";
  announce(`Node ${process.version}, PostgreSQL ${version} (${origin})${least}`);
  return async () => {
    await dropLeftovers(url, prefix, Date.now());
    await stop();
  };
}

function announce(line: string): void {
  process.stderr.write(`${line}\n`);
}
