import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, test } from "vitest";
import { databaseAt, engines, type FreshDatabase } from "../support/engines.js";
import { binaryFolders } from "../support/postgres-binaries.js";
import { type StartedServer, startServer } from "../support/postgres-start.js";
import {
  type Calm,
  disturbedRun,
  expectDoneOrExplained,
  expectSameAfterRerun,
  pointName,
  undisturbed,
} from "./disturbed.js";
import { chance, points, record, some, spread } from "./form.js";
import { lendCopy, Stages } from "./stages.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
const [binaries = ""] = await binaryFolders();
const HOW = { INT: "fast", QUIT: "immediate" } as const;

/** Copies a database to the server, to stay there. */
function moved(from: string, server: StartedServer, name: string): FreshDatabase {
  const url = Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
  const sh = `psql -q ${server.url} -c 'create database ${name}' && pg_dump ${from} --no-owner | psql -q ${url}`;
  const { status, stderr } = spawnSync("/bin/sh", ["-c", sh], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return databaseAt(url);
}

describe.skipIf(!hasPostgres || binaries === "")("a server that is restarted while a run goes on", () => {
  let stages: Stages;
  let server: StartedServer;
  beforeAll(async () => {
    stages = await Stages.open("postgres", 0);
    server = await startServer(binaries);
  });
  afterAll(async () => {
    await stages.close();
    await server.stop();
  });

  test.each(some<"ingest" | "etl" | "recompute">(["etl"], ["ingest", "recompute"]))("%s", async (name) => {
    const stage = await stages[name]();
    const calm: Calm = await undisturbed(stage);
    const moments = calm.moments.filter(({ when }) => when !== "answered");
    let count = 0;
    for (const moment of spread(moments, points(1, 20), chance(`restart ${name}`))) {
      count += 1;
      const signal = count % 2 === 0 ? "INT" : "QUIT";
      const database = moved(String(stage.before.url), server, `${name}_${count}`);
      const point = pointName(stage, moment, `server restarted (${HOW[signal]})`);
      const { run } = await disturbedRun({ stage, database }, moment, async () => {
        await server.restart(signal);
        return undefined;
      });
      expectDoneOrExplained(run, point);
      await expectSameAfterRerun(stage, { database, calm, point });
    }
    record(`server restarted, fast and immediate: ${stage.name}`, { points: count });
  });

  test("the server of the source", async () => {
    const side = "ONEROSTER_DATABASE_URL";
    const stage = await stages.etl();
    stage.env = { [side]: String(moved(stage.env[side] ?? "", server, "source").url) };
    const calm = await undisturbed(stage, side);
    const chosen = spread(calm.moments, points(1, 20), chance("restart source"));
    for (const [n, moment] of chosen.entries())
      await lendCopy(stage, async (database) => {
        const signal = n % 2 === 0 ? "INT" : "QUIT";
        const point = pointName(stage, moment, `source restarted (${HOW[signal]})`);
        const { run } = await disturbedRun({ stage, database, side }, moment, async () => {
          await server.restart(signal);
          return undefined;
        });
        expectDoneOrExplained(run, point);
        await expectSameAfterRerun(stage, { database, calm, point });
      });
    record(`server of the source restarted, fast and immediate: ${stage.name}`, { points: chosen.length });
  });
});
