// Builds dist from src: the program with what it depends on, in a few files that are loaded when a command needs them.
// Node finds and compiles one file much faster than hundreds; and CommonJS, as these files are, faster than modules.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { rolldown } from "rolldown";

const FOLDER = "dist";
/** What build-seed made stays: it knows by itself when it is out of date. */
const isKept = (file) => file.startsWith("seed.");

/** The packages that became part of dist: their licences go with them. */
function packagesIn(files) {
  const modules = files.flatMap(({ moduleIds = [] }) => moduleIds.map((id) => id.replaceAll("\\", "/")));
  const folders = modules.map((id) => /^.*\/node_modules\/(@[^/]+\/)?[^/]+/.exec(id)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text = file ? readFileSync(`${folder}/${file}`, "utf8").trim() : `Licence: ${license}`;
  return `${name} ${version}\n\n${text}\n`;
}

/** What stands together in one file, besides what a command has for itself: to find a file takes longer than to read on. */
const GROUPS = [
  { name: "start", tags: ["$initial"] },
  { name: "store", test: /[\\/]src[\\/]store[\\/]/ },
  {
    name: "shell",
    test: /[\\/]src[\\/](config|commands[\\/]shell[\\/](database|inputs|progress|reading|screen|output-check|summary)|operations[\\/](invocation|find-students)|report[\\/](formats[\\/](fields|listing|redaction|spreadsheet-text|table)|lists[\\/]fact-plan))\.ts$/,
  },
  {
    name: "audit",
    test: /[\\/]src[\\/](commands[\\/]audit[\\/](audit\.run|print|print-answer|printed-audit)|operations[\\/]audit|pipelines[\\/]audit[\\/]audit|report[\\/]audit[\\/](audit-(overview|answer|head)|finding-listing))\.ts$/,
  },
];

/** commander could start other programs as subcommands. It does not here, and what that needs takes 2 ms to load. */
const noPrograms = {
  name: "no-programs",
  transform: {
    filter: { id: /[\\/]commander[\\/]lib[\\/]command\.js$/ },
    handler: (code) => code.replace("require('node:child_process')", "{}"),
  },
};

async function bundle(input, codeSplitting) {
  const built = await rolldown({
    input,
    platform: "node",
    plugins: [noPrograms],
    external: [/^@electric-sql\/pglite/, "pg-native"], // it has data files; and who wants pg-native installs it
    // pg makes a Response to see whether it runs at Cloudflare: on Node that loads all of fetch, for 15 ms.
    transform: { define: { Response: "undefined", navigator: "undefined" } },
  });
  const { output } = await built.write({
    dir: FOLDER,
    format: "cjs",
    dynamicImportInCjs: false,
    chunkFileNames: "[name].js",
    codeSplitting,
    comments: { legal: true, annotation: false, jsdoc: false },
  });
  await built.close();
  return output;
}

mkdirSync(FOLDER, { recursive: true });
for (const file of readdirSync(FOLDER).filter((one) => !isKept(one)))
  rmSync(`${FOLDER}/${file}`, { recursive: true, force: true });
const files = await bundle({ cli: "src/cli.ts" }, { groups: GROUPS });
await bundle({ "build-seed": "src/store/schema/build-seed.ts" }, false);
writeFileSync(`${FOLDER}/package.json`, '{ "type": "commonjs" }\n');
writeFileSync(
  `${FOLDER}/THIRD-PARTY.txt`,
  packagesIn(files)
    .map(licenceOf)
    .join(`\n${"-".repeat(80)}\n\n`),
);
