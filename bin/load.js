// Loads the built program as `require` does, but with V8's compiled code beside it where this very Node made that when it
// built the program (scripts/compile.js): to compile takes as long as all that `--help` does. Elsewhere Node's own cache
// does the same, from version 22 on; it stays in this package, where nobody else can write, and does without where
// nobody can.
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { Script } = require("node:vm");

const dist = join(__dirname, "../dist");
const compiled = join(dist, `compiled-${process.version}-${process.platform}-${process.arch}`);
const loaded = new Map();

function scriptOf(file) {
  const path = join(dist, file);
  const cache = join(compiled, file);
  const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(path, "utf8")}\n})`;
  return new Script(text, { filename: path, cachedData: existsSync(cache) ? readFileSync(cache) : undefined });
}

function loadScript(file) {
  const before = loaded.get(file);
  if (before) return before.module.exports;
  const script = scriptOf(file);
  const module = { exports: {} };
  loaded.set(file, { script, module });
  const path = join(dist, file);
  const requireHere = (id) => (id.startsWith("./") ? loadScript(id.slice(2)) : require(id));
  script.runInThisContext()(module.exports, requireHere, module, path, dirname(path));
  return module.exports;
}

/** A file of dist, with what it exports. */
exports.load = (file) => {
  if (existsSync(compiled)) return loadScript(file);
  require("node:module").enableCompileCache?.(join(dist, "compiled-by-node")); // itself slow to load
  return require(join(dist, file));
};

/** As `load`, for `keep`. */
exports.loadToKeep = loadScript;

/** Keeps the compiled code of all that was loaded, with that of the functions that were called. */
exports.keep = () => {
  mkdirSync(compiled, { recursive: true });
  for (const [file, { script }] of loaded) writeFileSync(join(compiled, file), script.createCachedData());
};
