import { expect, test } from "vitest";
import { engines, freshDatabase } from "../support/engines.js";
import { fakeServer } from "../support/fake-server.js";
import { spawned as timeback } from "../support/timeback.js";
import { authority, lendTls } from "../support/tls-server.js";

const UNTRUSTED = /certificate is not trusted: name the CA with sslrootcert/;
const OTHER_HOST = /its certificate is for another host/;
const CA = `sslrootcert=${encodeURIComponent(authority)}`;
const LIBPQ = "uselibpqcompat=true";

/** The table of the README, "Encryption": what stands in the URL, and what comes of a right and of a wrong host name. */
const MODES: [string, RegExp | null, RegExp | null][] = [
  ["sslmode=no-verify", null, null],
  ...["allow", "prefer", "require", "verify-ca", "verify-full"].map((mode): [string, RegExp, RegExp] => [
    `sslmode=${mode}`,
    UNTRUSTED,
    UNTRUSTED,
  ]),
  ...["prefer", "require", "verify-ca", "verify-full"].map((mode): [string, null, RegExp] => [
    `sslmode=${mode}&${CA}`,
    null,
    OTHER_HOST,
  ]),
  [`${LIBPQ}&sslmode=prefer`, null, null],
  [`${LIBPQ}&sslmode=require`, null, null],
  [`${LIBPQ}&sslmode=require&${CA}`, null, null],
  [`${LIBPQ}&sslmode=verify-ca&${CA}`, null, null],
  [`${LIBPQ}&sslmode=verify-full&${CA}`, null, OTHER_HOST],
];

test.skipIf(!engines.some(({ name, available }) => name === "postgres" && available))(
  "sslmode verifies what the README says",
  async () => {
    const database = await freshDatabase("postgres", "tls");
    try {
      const ask = async (host: string, parameters: string) => {
        const url = `${Object.assign(new URL(String(database.url)), { host }).href}?${parameters}`;
        return timeback(["db", "status"], { env: { DATABASE_URL: url } });
      };
      await lendTls(new URL(String(database.url)), async (port) => {
        for (const [parameters, right, wrong] of MODES)
          for (const [host, fault] of [
            [`localhost:${port}`, right],
            [`127.0.0.1:${port}`, wrong],
          ] as const) {
            const run = await ask(host, parameters);
            expect(run.code, `${parameters} at ${host}: ${run.stderr}`).toBe(fault ? 3 : 0);
            expect(run.stderr, `${parameters} at ${host}`).toMatch(fault ?? /^$/);
          }
      });
    } finally {
      await database.close();
    }
  },
);

test.each(["allow", "prefer", "require", "no-verify"])(
  "a server without TLS is sent nothing where sslmode is %s",
  async (mode) => {
    const server = await fakeServer();
    try {
      const url = `postgres://etl:password@127.0.0.1:${server.port}/app?sslmode=${mode}`;
      const run = await timeback(["db", "status"], { env: { DATABASE_URL: url } });
      expect(run).toMatchObject({ code: 3, stderr: expect.stringContaining("refused an encrypted connection") });
      expect(server.passwords).toEqual([]);
    } finally {
      await server.close();
    }
  },
);
