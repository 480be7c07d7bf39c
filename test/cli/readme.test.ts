import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { buildProgram } from "../../src/cli.js";
import type { Shell } from "../../src/commands/shell/shell.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const textOf = (path: string): string => readFileSync(join(root, path), "utf8");
const readme = textOf("README.md");

/** Every command that does something, by its full name. */
function commandsOf(command: Command, path: readonly string[] = []): [string, Command][] {
  if (command.commands.length === 0) return [[path.join(" "), command]];
  return command.commands.flatMap((child) => commandsOf(child, [...path, child.name()]));
}

const program = buildProgram({ version: "", helpWidth: () => 80 } as Shell); // nothing is carried out
const commands = commandsOf(program);

test("the command reference of the README is what the program says of itself", () => {
  const script = `import { commandReference } from "./scripts/command-reference.js"; process.stdout.write(commandReference());`;
  const reference = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: root,
    encoding: "utf8",
  });
  const end = readme.indexOf("<!-- end of the command reference -->");
  const written = readme.slice(readme.indexOf("<!-- command reference"), end) + readme.slice(end).split("\n")[0];
  expect(written, "npm run reference writes it").toBe(reference);
});

describe.each(commands)("timeback %s", (name, command) => {
  test("has a description, an example of itself in its help, and a place in the README", () => {
    const printed: string[] = [];
    command.configureOutput({ writeOut: (text) => void printed.push(text) }).outputHelp();
    const help = printed.join("");
    expect(command.description()).toMatch(/^[a-z].+[^.]$/);
    expect(help).toMatch(new RegExp(`\nExamples?:(\n .+)*\n {2}\\$ .*timeback ${name}\\b`));
    expect(readme.includes(`### timeback ${name}\n`), "npm run reference writes it").toBe(true);
  });

  test("describes every argument and option", () => {
    const parts = [
      ...command.registeredArguments.map((part) => [part.name(), part.description]),
      ...command.options.map((part) => [part.flags, part.description]),
    ];
    expect(parts.filter(([, description]) => description === "")).toEqual([]);
  });
});

test("every group of commands has a description", () => {
  const groups = [program, ...program.commands].filter((command) => command.commands.length > 0);
  expect(groups.filter((group) => group.description() === "").map((group) => group.name())).toEqual([]);
});

describe("what the texts point to", () => {
  const documents = [
    "README.md",
    "CHANGELOG.md",
    "fixtures/README.md",
    ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`),
  ];

  test.each(documents.filter((path) => path.endsWith(".md")))("the links of %s lead to files", (document) => {
    const targets = [...textOf(document).matchAll(/\]\(([^)#:]+)(#[^)]*)?\)/g)].map((match) =>
      join(dirname(document), match[1] ?? ""),
    );
    expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([]);
  });

  test("every document that a text or a comment names is there, and so is the section", () => {
    const sources = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /(?<!\.test)\.ts$/.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)));
    const missing = [...documents, ...sources].flatMap((path) =>
      [
        ...textOf(path).matchAll(
          /\b((?:docs|fixtures|src|test|scripts|bench)\/[\w./-]+\.(?:md|ts|js|json))(?:, "([^"]+)")?/g,
        ),
      ]
        .filter(
          ([, file = "", section]) =>
            !existsSync(join(root, file)) || (section !== undefined && !hasSection(file, section)),
        )
        .map(([found]) => `${path}: ${found}`),
    );
    expect(missing).toEqual([]);
  });
});

const hasSection = (file: string, title: string): boolean =>
  textOf(file)
    .split("\n")
    .some((line) => line.startsWith("#") && line.replace(/^#+ /, "").startsWith(title));
