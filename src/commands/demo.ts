import { Command } from "commander";
import type { Shell } from "./shell/shell.js";

/** `timeback demo`: the story that this tool exists for, told by its own commands on a throw-away database. */
export const demoCommand = (shell: Shell): Command =>
  new Command("demo")
    .description("the story of 9 XP that a dashboard shows as 15, with the proof, on a throw-away embedded database")
    .addHelpText(
      "after",
      "\nExample:\n  $ timeback demo\n\nNeeds nothing and leaves nothing behind; takes about half a minute.",
    )
    .action(async () => (await import("./demo.run.js")).runDemo(shell));
