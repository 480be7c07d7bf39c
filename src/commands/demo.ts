import { Command } from "commander";
import type { Shell } from "./shell/shell.js";

/** `timeback demo`: the story that this tool exists for, told by its own commands on a throw-away database. */
export const demoCommand = (shell: Shell): Command =>
  new Command("demo")
    .description("show how a dashboard turns 9 XP into 15, and the proof, on a throw-away embedded database")
    .addHelpText(
      "after",
      "\nExample:\n  $ timeback demo\n\nNeeds no setup and leaves nothing behind; takes about half a minute.",
    )
    .action(async () => (await import("./demo.run.js")).runDemo(shell));
