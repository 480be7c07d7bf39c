// Prints the command reference of the README, made from the program's own help. `--write` puts it into README.md.
import { readFileSync, writeFileSync } from "node:fs";
import { buildProgram } from "../dist/cli.js";

const START = "<!-- command reference: made by `npm run reference`, do not edit -->";
const END = "<!-- end of the command reference -->";
const WIDTH = 100;

/** Every command that does something, with its help as it is printed. */
function sections(command, path) {
  const children = command.commands.flatMap((child) => sections(child, [...path, child.name()]));
  if (children.length > 0 && command.registeredArguments.length === 0) return children;
  command.configureOutput({ getOutHelpWidth: () => WIDTH, writeOut: (text) => printed.push(text) });
  const printed = [];
  command.outputHelp();
  return [`### timeback ${path.join(" ")}\n\n\`\`\`text\n${printed.join("").trim()}\n\`\`\``, ...children];
}

/** The reference as it stands between the marks of the README. */
export const commandReference = () =>
  `${START}\n\n${sections(buildProgram({ version: "" }), []).join("\n\n")}\n\n${END}`;

if (process.argv.includes("--write")) {
  const readme = readFileSync("README.md", "utf8");
  const [before, rest] = readme.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error("README.md has no marks for the command reference");
  writeFileSync("README.md", `${before}${commandReference()}${after}`);
}
