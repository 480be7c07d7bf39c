import { createServer, type Socket } from "node:net";

/** A server that speaks just enough PostgreSQL to ask for a password and to refuse it. */
export interface FakeServer {
  port: number;
  /** The passwords that it was sent, in order. */
  passwords: string[];
  close(): Promise<void>;
}

const AUTHENTICATION = "R";
const ERROR = "E";
const PASSWORD = "p".charCodeAt(0);
const CLEARTEXT = 3;
const HEADER_BYTES = 5;

/** Our own servers trust everybody, so a wrong password needs a server that does not. */
export async function fakeServer(): Promise<FakeServer> {
  const passwords: string[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (data) => {
      if (data[0] !== PASSWORD) return void socket.write(message(AUTHENTICATION, Buffer.from([0, 0, 0, CLEARTEXT])));
      passwords.push(data.toString("utf8", HEADER_BYTES, data.length - 1));
      refuse(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    passwords,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + length.length);
  return Buffer.concat([Buffer.from(type), length, body]);
}

function refuse(socket: Socket): void {
  const fields = ["SFATAL", "VFATAL", "C28P01", 'Mpassword authentication failed for user "etl"', ""];
  socket.end(message(ERROR, Buffer.from(`${fields.join("\0")}\0`)));
}
