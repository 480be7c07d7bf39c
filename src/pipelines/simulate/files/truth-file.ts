import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { jsonText } from "./json.js";
import type { CreateFile, TextFile } from "./output.js";

/** The lists of `truth.json`, in its order. */
const LISTS = ["days", "bundled", "doubleCounted", "decoys"] as const;
type List = (typeof LISTS)[number];

/** Writes `truth.json` before its totals are known: each list goes to a file of its own until the end, so that memory holds one student. */
export class TruthFile {
  private constructor(
    private readonly create: CreateFile,
    private readonly parts: ReadonlyMap<List, TextFile>,
    private readonly started = new Set<List>(),
  ) {}

  static async open(create: CreateFile): Promise<TruthFile> {
    const parts = new Map<List, TextFile>();
    for (const list of LISTS) parts.set(list, await create(`truth-${list}.part`));
    return new TruthFile(create, parts);
  }

  async add(rows: Record<List, readonly unknown[]>): Promise<void> {
    for (const [list, part] of this.parts) {
      const text = rows[list].map((row) => `\n${jsonText(row)}`).join(",");
      if (text === "") continue;
      await part.write(this.started.has(list) ? `,${text}` : text);
      this.started.add(list);
    }
  }

  /** Assembles `truth.json`: head, lists, tail. */
  async finish(head: Record<string, unknown>, tail: Record<string, unknown>): Promise<void> {
    const whole = await this.create("truth.json");
    await whole.write(jsonText(head).slice(0, -1));
    for (const [list, part] of this.parts) {
      await part.close();
      await whole.write(`,\n"${list}":[`);
      for await (const text of createReadStream(part.path, "utf8")) await whole.write(String(text));
      await whole.write("]");
      await rm(part.path);
    }
    await whole.write(`,\n${jsonText(tail).slice(1)}\n`);
    await whole.close();
  }
}
