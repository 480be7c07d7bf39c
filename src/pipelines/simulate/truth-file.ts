import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { jsonText } from "./json.js";
import { TextFile } from "./output.js";

/** The lists of `truth.json`, in its order. */
const LISTS = ["days", "bundled", "doubleCounted", "decoys"] as const;
type List = (typeof LISTS)[number];

/**
 * Writes `truth.json` while its totals are not known yet: each list goes to a file of its own until the end, so that
 * memory holds one student.
 */
export class TruthFile {
  private readonly started = new Set<List>();

  private constructor(
    private readonly folder: string,
    private readonly parts: Record<List, TextFile>,
  ) {}

  static async create(folder: string): Promise<TruthFile> {
    const part = (list: List) => TextFile.create(join(folder, `truth-${list}.part`));
    const [days, bundled, doubleCounted, decoys] = [
      part("days"),
      part("bundled"),
      part("doubleCounted"),
      part("decoys"),
    ];
    return new TruthFile(folder, {
      days: await days,
      bundled: await bundled,
      doubleCounted: await doubleCounted,
      decoys: await decoys,
    });
  }

  async add(rows: Record<List, readonly unknown[]>): Promise<void> {
    for (const list of LISTS) {
      const text = rows[list].map((row) => `\n${jsonText(row)}`).join(",");
      if (text === "") continue;
      await this.parts[list].write(this.started.has(list) ? `,${text}` : text);
      this.started.add(list);
    }
  }

  /** Puts `truth.json` together: first the head, then the lists, then the tail. */
  async finish(head: Record<string, unknown>, tail: Record<string, unknown>): Promise<void> {
    const whole = await TextFile.create(join(this.folder, "truth.json"));
    await whole.write(jsonText(head).slice(0, -1));
    for (const list of LISTS) {
      const part = this.parts[list];
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
