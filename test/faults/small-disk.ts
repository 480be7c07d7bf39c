import { spawnSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { scratchFolder } from "../support/scratch.js";

/** A disk in memory that is soon full; whoever opens it closes it. */
export interface SmallDisk {
  folder: string;
  /** Makes it larger (or smaller). */
  resize(bytes: number): void;
  close(): void;
}

const mount = (...args: string[]): boolean => spawnSync("mount", args).status === 0;

/** A disk of this size; undefined where this user may not mount one. */
export async function smallDisk(bytes: number): Promise<SmallDisk | undefined> {
  const folder = await scratchFolder("disk");
  await mkdir(folder, { recursive: true });
  if (process.platform !== "linux" || !mount("-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder)) return undefined;
  return {
    folder,
    resize: (size) => void mount("-o", `remount,size=${size}`, folder),
    close: () => void spawnSync("umount", ["-l", folder]),
  };
}
