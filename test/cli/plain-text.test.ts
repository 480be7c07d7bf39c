import { connect, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { plainTextHost } from "../../src/store/engine/postgres.js";
import { engines } from "../support/engines.js";
import { EtlDesk } from "../support/etl-desk.js";
import { spawned as timeback } from "../support/timeback.js";

describe("a connection is plain text", () => {
  test.each([
    "postgres://db.school.example/app",
    "postgres://etl@db:5432/app?sslmode=disable",
    "postgres://db/app?ssl=0",
    "postgres://10.0.0.5/app",
    "postgres://[fd00::2]/app",
    "postgres:///app?host=db",
    "postgres://127.0.0.1.school.example/app",
    "postgres://localhost.school.example/app",
  ])("to another host where the URL does not ask for more: %s", (url) => {
    expect(plainTextHost(url)).not.toBeNull();
  });

  test.each([
    ...["allow", "prefer", "require", "verify-ca", "verify-full", "no-verify", "anything"].map(
      (mode) => `postgres://db/app?sslmode=${mode}`,
    ),
    "postgres://db/app?sslmode=require&uselibpqcompat=true",
    "postgres://db/app?ssl=true",
    "postgres://db/app?ssl=no-verify",
    "postgres://db/app?sslnegotiation=direct",
  ])("but is encrypted, or refused by the server, with %s", (url) => {
    expect(plainTextHost(url)).toBeNull();
  });

  test.each([
    "postgres:///app",
    "postgres://localhost/app",
    "postgres://127.0.0.1:5432/app",
    "postgres://127.255.255.254/app",
    "postgres://[::1]/app",
    "postgres://%2Fvar%2Frun%2Fpostgresql/app",
    "postgres:///app?host=/var/run/postgresql",
  ])("and stays on this machine with %s", (url) => {
    expect(plainTextHost(url)).toBeNull();
  });
});

const ours = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

/** Passes connections on to a server from an address that a network sees. */
async function lendForwarder(to: URL, work: (port: number) => Promise<void>): Promise<void> {
  const server = createServer((socket) => {
    const onward = connect(Number(to.port || 5432), to.hostname);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const)
      one.on("error", () => other.destroy()).pipe(other);
  });
  await new Promise<void>((resolve) => server.listen(0, ours, resolve));
  const address = server.address();
  try {
    await work(typeof address === "object" && address ? address.port : 0);
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

describe.skipIf(ours === undefined || !engines.some(({ name, available }) => name === "postgres" && available))(
  "a connection to another host in plain text",
  () => {
    test("is said once for each database that is connected, on stderr, and not under -q", () =>
      EtlDesk.lend("postgres", {}, async ({ analytics, source }) => {
        const at = new URL(source.url);
        await lendForwarder(at, async (port) => {
          const through = (url: unknown) => Object.assign(new URL(String(url)), { host: `${ours}:${port}` }).href;
          const warning = new RegExp(`^warning: the connection to ${ours} is plain text: .*sslmode=require[^\n]*\n$`);
          const status = await timeback(["db", "status"], { env: { DATABASE_URL: through(analytics.url) } });
          expect(status).toMatchObject({ code: 0, stderr: expect.stringMatching(warning) });
          const env = { ...analytics.env, ONEROSTER_DATABASE_URL: through(source.url) };
          expect(await timeback(["etl", "oneroster"], { env })).toMatchObject({
            code: 0,
            stderr: expect.stringMatching(warning),
          });
          expect(await timeback(["report"], { env }), "no source is opened").toMatchObject({
            code: 0,
            stderr: "no facts in this scope\n",
          });
          expect(await timeback(["etl", "oneroster", "-q"], { env })).toMatchObject({ code: 0, stderr: "" });
        });
      }));
  },
);
