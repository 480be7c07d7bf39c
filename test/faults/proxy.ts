import { connect, createServer, type Server, type Socket } from "node:net";
import { type Batch, BatchGatherer, fatalMessage, type Kind, MessageSplitter } from "./protocol.js";

/** A moment in the conversation of a program with its server, over all of its connections. */
export interface Moment {
  /** Counted from 1. */
  nth: number;
  of: Kind;
  /** Before it reaches the server; when it was sent on; when the server has answered, before that reaches the program. */
  when: "before" | "sent" | "answered";
}

/** What is done at the moment. Bytes that it returns "before" go to the server in place of what was sent. */
export type Strike = (link: Link) => Promise<Buffer | undefined> | Buffer | undefined;

/** Stands between the program and a PostgreSQL server, counts what is asked, and strikes once. No TLS. */
export class FaultProxy {
  readonly counts: Record<Kind, number> = { statement: 0, commit: 0, "copy data": 0 };
  readonly links = new Set<Link>();
  /** The number of the statement that was the first commit; 0 before there was one. */
  firstCommit = 0;
  /** Whether the moment came. */
  struck = false;
  /** How many connections are told yet that the server is starting up. */
  startingUp = 0;
  private armed: { moment: Moment; strike: Strike } | undefined;

  private constructor(
    private readonly server: Server,
    /** The server's URL, by way of the proxy. */
    readonly url: string,
  ) {}

  /** Whoever opens closes. */
  static async open(target: string): Promise<FaultProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const { hostname, port } = new URL(target);
    const through = new URL(target);
    through.host = `127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
    const proxy = new FaultProxy(server, through.href);
    server.on("connection", (client) => {
      if (proxy.startingUp > 0) {
        proxy.startingUp -= 1;
        client.on("error", () => {});
        client.once("data", () => client.end(fatalMessage("57P03", "the database system is starting up")));
        return;
      }
      const link = new Link(proxy, client, connect(Number(port || "5432"), hostname));
      proxy.links.add(link);
    });
    return proxy;
  }

  /** Strikes at this moment, counted from now on. */
  arm(moment: Moment, strike: Strike): void {
    Object.assign(this.counts, { statement: 0, commit: 0, "copy data": 0 });
    this.struck = false;
    this.armed = { moment, strike };
  }

  /** Counts a batch; the strike that is due with it. */
  due(batch: Batch): { moment: Moment; strike: Strike } | undefined {
    for (const kind of batch.kinds) this.counts[kind] += 1;
    if (batch.kinds.includes("commit") && this.firstCommit === 0) this.firstCommit = this.counts.statement;
    const { armed } = this;
    if (!armed || !batch.kinds.includes(armed.moment.of) || this.counts[armed.moment.of] !== armed.moment.nth)
      return undefined;
    this.armed = undefined;
    this.struck = true;
    return armed;
  }

  /** Cuts every connection. */
  cutAll(): void {
    for (const link of this.links) link.cut();
  }

  async close(): Promise<void> {
    this.cutAll();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

/** One connection of the program. */
export class Link {
  private readonly asked = new MessageSplitter(false);
  private readonly answered = new MessageSplitter(true);
  private readonly gatherer = new BatchGatherer();
  private turn: Promise<void> = Promise.resolve();
  /** Answers that are kept back, until one of these types has come. */
  private kept: { until: string; strike: Strike; bytes: Buffer[] } | undefined;
  private isSession = false;

  constructor(
    private readonly proxy: FaultProxy,
    private readonly client: Socket,
    private readonly server: Socket,
  ) {
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => this.cut());
    }
    client.on("data", (bytes) => this.inTurn(() => this.ask(bytes)));
    server.on("data", (bytes) => this.inTurn(() => this.answer(bytes)));
    client.on("end", () => this.inTurn(async () => void server.end()));
    server.on("end", () => this.inTurn(async () => void client.end()));
  }

  /** Cuts both ends at once. */
  cut(): void {
    this.client.destroy();
    this.server.destroy();
    this.proxy.links.delete(this);
  }

  private inTurn(work: () => Promise<void>): void {
    this.turn = this.turn.then(work);
  }

  private async ask(bytes: Buffer): Promise<void> {
    for (const message of this.asked.push(bytes)) {
      const batch = this.gatherer.add(message);
      if (message.type !== "") this.isSession = true;
      if (batch) await this.send(batch);
    }
  }

  private async send(batch: Batch): Promise<void> {
    const { moment, strike } = this.proxy.due(batch) ?? {};
    if (strike && moment?.when === "answered") this.kept = { until: batch.answers, strike, bytes: [] };
    const instead = strike && moment?.when === "before" ? await strike(this) : undefined;
    if (!this.server.destroyed) await this.sendOn(instead ?? batch.bytes);
    if (strike && moment?.when === "sent") await strike(this);
  }

  private sendOn(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => this.server.write(bytes, () => resolve()));
  }

  private async answer(bytes: Buffer): Promise<void> {
    // What answers a request for TLS is one byte, and no message.
    const messages = this.isSession || bytes.length > 1 ? this.answered.push(bytes) : [{ type: "", bytes }];
    for (const message of messages) {
      const { kept } = this;
      if (!kept) this.client.write(message.bytes);
      else {
        kept.bytes.push(message.bytes);
        if (kept.until.includes(message.type)) await this.release(kept);
      }
    }
  }

  private async release({ strike, bytes }: { strike: Strike; bytes: Buffer[] }): Promise<void> {
    await strike(this);
    this.kept = undefined;
    if (!this.client.destroyed) this.client.write(Buffer.concat(bytes));
  }
}
