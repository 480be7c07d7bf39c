import { readFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";

/** The authority that the server's certificate is of; nobody trusts it by itself. */
export const authority: string = fileURLToPath(new URL("tls/ca.crt", import.meta.url));

const secure = {
  isServer: true,
  key: readFileSync(new URL("tls/server.key", import.meta.url)),
  cert: readFileSync(new URL("tls/server.crt", import.meta.url)),
};

/** Lends a port that speaks PostgreSQL with TLS, by a certificate for `localhost`, and passes everything on to a server. */
export async function lendTls(to: URL, work: (port: number) => Promise<void>): Promise<void> {
  const server = createServer((plain) => {
    plain.on("error", () => {});
    plain.once("data", () => {
      plain.write("S"); // the first message asks for TLS
      pass(new TLSSocket(plain, secure), connect(Number(to.port || 5432), to.hostname));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  try {
    await work(typeof address === "object" && address ? address.port : 0);
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

function pass(one: Socket, other: Socket): void {
  one.on("error", () => other.destroy()).pipe(other);
  other.on("error", () => one.destroy()).pipe(one);
}
