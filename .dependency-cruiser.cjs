// Who may import whom. The picture is in CONTRIBUTING.md; `npm run rooms` also fails when a module was not looked at.
const ours = (...rooms) => `^src/(${rooms.join("|")})`;
const inProgram = { pathNot: "\\.test\\.ts$" }; // tests may look into every room
const drivers = "node_modules/(pg|pg-cursor|pg-copy-streams|@electric-sql/pglite|kysely)/";

/** What a command loads when it is called. */
const WORK = ["^src/commands/.*\\.run\\.ts$", "^src/commands/[a-z]+/print[a-z-]*\\.ts$"];

/** A room may import only itself and the listed others of ours. */
const room = (name, others) => ({
  name: `${name}-imports`,
  severity: "error",
  from: { ...inProgram, path: `^src/${name}/` },
  to: { path: "^src/", pathNot: ours(`${name}/`, ...others) },
});

/** The floors of the store, the lowest first: a folder may import those of the floors below its own. */
const STORE_FLOORS = [
  ["copy"],
  ["engine"],
  ["schema", "source"],
  ["runs"],
  ["facts"],
  ["landing", "audit"],
  ["corrections"],
  ["reading"],
];

const storeFloors = STORE_FLOORS.flatMap((folders, floor) => {
  const below = STORE_FLOORS.slice(0, floor).flat();
  return folders.map((folder) => ({
    name: `store-${folder}-imports-what-is-below`,
    severity: "error",
    from: { ...inProgram, path: `^src/store/${folder}/` },
    to: { path: "^src/store/", pathNot: `^src/store/(${[folder, ...below].join("|")})/` },
  }));
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "no-unknown-imports", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "program-does-not-need-tests-or-their-tools",
      severity: "error",
      from: { ...inProgram, path: "^src/" },
      to: { path: "(^(test|bench|scripts)/|\\.test\\.ts$)" },
    },
    {
      name: "program-needs-only-real-dependencies",
      severity: "error",
      from: { ...inProgram, path: "^src/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only", "npm"] },
    },
    room("domain", []),
    room("flow", []),
    {
      name: "domain-and-flow-are-pure",
      severity: "error",
      from: { ...inProgram, path: "^src/(domain|flow)/" },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?crypto$" },
    },
    {
      name: "values-know-no-rules",
      severity: "error",
      from: { ...inProgram, path: "^src/domain/values/" },
      to: { path: "^src/domain/", pathNot: "^src/domain/values/" },
    },
    room("store", ["domain/", "flow/", "errors\\.ts$", "package-folder\\.ts$"]),
    ...storeFloors,
    {
      name: "every-folder-of-the-store-has-a-floor",
      severity: "error",
      from: { ...inProgram, path: `^src/store/(?!(${STORE_FLOORS.flat().join("|")})/)[^/]+/` },
      to: {},
    },
    room("pipelines", ["domain/", "flow/", "store/", "errors\\.ts$"]),
    {
      name: "flows-are-strangers",
      comment: "operations join the flows",
      severity: "error",
      from: { ...inProgram, path: "^src/pipelines/([^/]+)/" },
      to: { path: "^src/pipelines/[^/]+/", pathNot: "^src/pipelines/($1|facts)/" },
    },
    {
      name: "landing-flows-derive-facts",
      comment: "facts are derived in one place, called only by the flows that land records",
      severity: "error",
      from: { ...inProgram, path: "^src/pipelines/(?!caliper/|oneroster/|facts/)" },
      to: { path: "^src/pipelines/facts/" },
    },
    room("report", ["domain/"]),
    room("operations", ["pipelines/", "store/", "domain/", "flow/", "errors\\.ts$"]),
    room("commands", [
      "operations/",
      "report/",
      "domain/",
      "pipelines/",
      "store/",
      "errors\\.ts$",
      "config\\.ts$",
      "package-folder\\.ts$",
    ]),
    {
      name: "commands-do-one-operation",
      comment: "of the store they use what reads; of the flows, simulate",
      severity: "error",
      from: { ...inProgram, path: "^src/commands/(?!shell/)" },
      to: {
        path: ours("pipelines/", "store/"),
        pathNot: ours("pipelines/simulate/", "store/(reading|audit/findings)/"),
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "shell-opens-the-store",
      severity: "error",
      from: { ...inProgram, path: "^src/commands/shell/" },
      to: {
        path: ours("pipelines/", "store/"),
        pathNot: ours("store/(open|engine/(postgres|snapshot))\\.ts$", "store/reading/"),
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "commands-load-their-work-when-called",
      comment:
        "`timeback --help` must not load what commands need: <command>.ts imports <command>.run.ts when it is called",
      severity: "error",
      from: { ...inProgram, path: "^src/(cli|commands/(?!shell/))", pathNot: [inProgram.pathNot, ...WORK] },
      to: {
        path: [...WORK, ours("operations/", "report/", "pipelines/", "store/")],
        dynamic: false,
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "only-the-store-knows-databases",
      severity: "error",
      from: { ...inProgram, path: "^src/", pathNot: ["^src/store/", "\\.test\\.ts$"] },
      to: { path: drivers },
    },
    {
      name: "library-is-operations",
      severity: "error",
      from: { path: ours("library\\.ts$") },
      to: { path: ours("(commands|service|report|pipelines|store)/"), dependencyTypesNot: ["type-only"] },
    },
    {
      name: "nobody-imports-the-entries",
      severity: "error",
      from: { ...inProgram, path: "^src/" },
      to: { path: ours("(cli|library)\\.ts$") },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "node", "default"] },
  },
};
