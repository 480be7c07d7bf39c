import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";

const BUFFERED = 1 << 20;

/** Writes a text file piece by piece; buffers about a megabyte. */
export class TextFile {
  private held: string[] = [];
  private size = 0;
  private isOpen = true;

  constructor(
    private readonly file: FileHandle,
    readonly path: string,
  ) {}

  async write(text: string): Promise<void> {
    this.held.push(text);
    this.size += text.length;
    if (this.size >= BUFFERED) await this.flush();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    try {
      await this.flush();
    } finally {
      await this.file.close();
    }
  }

  private async flush(): Promise<void> {
    const text = this.held.join("");
    this.held = [];
    this.size = 0;
    if (text !== "") await this.file.writeFile(text);
  }
}

/** Opens a new file of the folder by its path in it. */
export type CreateFile = (path: string) => Promise<TextFile>;

/** Lets `work` create files in a folder, and closes those still open at the end. */
export async function withFiles<T>(folder: string, work: (create: CreateFile) => Promise<T>): Promise<T> {
  const files: TextFile[] = [];
  try {
    return await work(async (path) => {
      const whole = join(folder, path);
      await mkdir(dirname(whole), { recursive: true });
      const file = new TextFile(await open(whole, "w"), whole);
      files.push(file);
      return file;
    });
  } finally {
    await Promise.allSettled(files.map((file) => file.close()));
  }
}
