import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

const BUFFERED = 1 << 20;

/** A text file that is written piece by piece; it holds about a megabyte. */
export class TextFile {
  private held: string[] = [];
  private size = 0;

  private constructor(
    private readonly file: FileHandle,
    readonly path: string,
  ) {}

  static async create(path: string): Promise<TextFile> {
    await mkdir(dirname(path), { recursive: true });
    return new TextFile(await open(path, "w"), path);
  }

  async write(text: string): Promise<void> {
    this.held.push(text);
    this.size += text.length;
    if (this.size >= BUFFERED) await this.flush();
  }

  async close(): Promise<void> {
    await this.flush();
    await this.file.close();
  }

  private async flush(): Promise<void> {
    const text = this.held.join("");
    this.held = [];
    this.size = 0;
    if (text !== "") await this.file.writeFile(text);
  }
}
