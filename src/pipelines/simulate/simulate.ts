import { join } from "node:path";
import { UsageError } from "../../errors.js";
import { type Amount, amountText } from "./amount.js";
import { live, type Setting } from "./behaviour/life.js";
import { eventLines } from "./files/caliper.js";
import { jsonAmount } from "./files/json.js";
import { type CreateFile, type TextFile, withFiles } from "./files/output.js";
import {
  csvHead,
  csvLines,
  References,
  resultRows,
  type TableName,
  tableNames,
  userRow,
} from "./files/source-tables.js";
import { truthOf } from "./files/truth.js";
import { TruthFile } from "./files/truth-file.js";
import { DAY, HOUR, MINUTE } from "./moment.js";
import type { SimulationOptions, Span } from "./options.js";
import { type App, apps as allApps } from "./school/apps.js";
import { Catalog } from "./school/catalog.js";
import { type Feature, features, type World } from "./school/world.js";

/** What was generated; amounts are exact decimal text. */
export interface SimulationSummary {
  students: number;
  trueXp: string;
  naiveXp: string;
  bundled: number;
  counts: Readonly<Record<Feature, number>>;
}

export interface SimulationRequest {
  options: SimulationOptions;
  folder: string;
  /** Throws if the run was asked to stop; called between students. */
  stop(): void;
  progress(students: number): void;
}

const FIRST_READING = 0.6;
const CUT = 13 * HOUR + 37 * MINUTE;
const AFTERMATH = 2 * DAY;

interface Writing {
  setting: Setting;
  events: TextFile;
  /** The dumps, by reading and table. */
  dumps: readonly ReadonlyMap<TableName, TextFile>[];
  truth: TruthFile;
  references: References;
}

/**
 * Writes a population: `events.ndjson`, `source-1/`, `source-2/` and `truth.json`. Equal options give equal bytes. Memory holds one
 * student and the catalog of courses.
 * @throws UsageError for an unknown app
 */
export function simulate(request: SimulationRequest): Promise<SimulationSummary> {
  const { options, folder } = request;
  const setting: Setting = {
    options,
    span: spanOf(options),
    apps: chosenApps(options.apps),
    catalog: new Catalog(options.seed),
  };
  return withFiles(folder, async (create) => writePopulation(request, await openAll(setting, create)));
}

async function writePopulation(
  { options, stop, progress }: SimulationRequest,
  writing: Writing,
): Promise<SimulationSummary> {
  const { setting, truth } = writing;
  const sum = { trueXp: 0, naiveXp: 0, bundled: 0, counts: noCounts() };
  for (let index = 0; index < options.students; index += 1) {
    stop();
    const world = live(setting, index);
    const { trueXp, naiveXp, ...lists } = truthOf(world, setting.span.readings[1]);
    await writeWorld(writing, world);
    await truth.add(lists);
    sum.trueXp += trueXp;
    sum.naiveXp += naiveXp;
    sum.bundled += lists.bundled.length;
    for (const feature of features) sum.counts[feature] += world.counts[feature] ?? 0;
    progress(index + 1);
  }
  await closeAll(writing, sum);
  const amounts = { trueXp: amountText(sum.trueXp), naiveXp: amountText(sum.naiveXp) };
  return { students: options.students, ...amounts, bundled: sum.bundled, counts: sum.counts };
}

/** The named apps, in an order independent of that of the names. @throws UsageError for an unknown name */
function chosenApps(names: readonly string[] | undefined): readonly App[] {
  const unknown = names?.filter((name) => !allApps.some((app) => app.name === name)) ?? [];
  if (unknown.length > 0)
    throw new UsageError(
      `--apps: there is no ${unknown.join(", ")}; there are ${allApps.map(({ name }) => name).join(", ")}`,
    );
  return names ? allApps.filter(({ name }) => names.includes(name)) : allApps;
}

/** The first dump is in the middle of a school day, the second after everything has happened. */
function spanOf({ start, days }: SimulationOptions): Span {
  const midnight = Date.parse(`${start}T00:00:00Z`);
  const first = midnight + Math.floor(days * FIRST_READING) * DAY + CUT;
  return { start: midnight, days, readings: [first, midnight + days * DAY + AFTERMATH] };
}

const noCounts = () => Object.fromEntries(features.map((feature) => [feature, 0])) as Record<Feature, number>;

async function openAll(setting: Setting, create: CreateFile): Promise<Writing> {
  const dumps: Writing["dumps"][number][] = [];
  for (const [index] of setting.span.readings.entries()) {
    const files = new Map<TableName, TextFile>();
    for (const table of tableNames) {
      const file = await create(join(`source-${index + 1}`, `${table}.csv`));
      await file.write(csvHead(table));
      files.set(table, file);
    }
    dumps.push(files);
  }
  const events = await create("events.ndjson");
  return { setting, events, dumps, truth: await TruthFile.open(create), references: new References() };
}

/** Creation date of users and courses: before anything happens. */
const madeAt = ({ span }: Setting): number => span.start - 30 * DAY;

async function writeWorld({ setting, events, dumps, references }: Writing, world: World): Promise<void> {
  const { student, results, activities } = world;
  for (const result of results) references.add(result);
  for (const activity of activities) references.addActivity(activity);
  await events.write(eventLines(setting.options.seed, world));
  for (const [index, at] of setting.span.readings.entries()) {
    await dumps[index]?.get("users")?.write(csvLines([userRow(student, madeAt(setting))]));
    await dumps[index]?.get("assessment_results")?.write(csvLines(resultRows(student, results, at)));
  }
}

async function closeAll(
  { setting, events, dumps, truth, references }: Writing,
  { trueXp, naiveXp, counts }: { trueXp: Amount; naiveXp: Amount; counts: Record<Feature, number> },
): Promise<void> {
  for (const dump of dumps) {
    for (const [table, rows] of references.rows(madeAt(setting))) await dump.get(table)?.write(csvLines(rows));
    for (const file of dump.values()) await file.close();
  }
  await events.close();
  const { seed, students, apps: _chosen, ...options } = setting.options;
  const head = {
    seed,
    options: { ...options, apps: setting.apps.map(({ name }) => name) },
    students,
    totals: { trueXp: jsonAmount(trueXp), naiveXp: jsonAmount(naiveXp) },
  };
  await truth.finish(head, { counts });
}
