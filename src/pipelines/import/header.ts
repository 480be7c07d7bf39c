import { type ImportTable, importTables } from "../../store/landing/import-tables.js";

/** OneRoster CSV (`sourcedId`), or a dump with the database's own column names (`sourced_id`). */
export type Dialect = "oneroster" | "dump";

/** A column of the file that is imported. */
export interface MappedColumn {
  at: number;
  column: string;
}

/** A parsed header: the target of each cell. */
export interface Mapping {
  table: ImportTable;
  dialect: Dialect;
  columns: readonly MappedColumn[];
  /** OneRoster extension columns, which become keys of `metadata`. */
  keys: readonly { at: number; key: string }[];
  /** The whole header. */
  names: readonly string[];
  /** Columns of a dump that the table lacks. */
  unknown: readonly string[];
}

/** A mapping, or why the header is rejected. */
export type HeaderReading = { ok: true; mapping: Mapping } | { ok: false; why: string };

/** OneRoster's table names, in lower case. */
const tableNames: Readonly<Record<string, string>> = {
  lineitems: "assessment_line_items",
  results: "assessment_results",
};

const EXTENSION = /^metadata\.(.+)$/;
/** OneRoster names that differ from the table's in more than spelling. */
const ALIASES: Readonly<Record<string, string>> = {
  line_item_sourced_id: "assessment_line_item_sourced_id",
  parent_line_item: "parent_sourced_id",
  parent_line_item_sourced_id: "parent_sourced_id",
};

/** The table for a file name; undefined if it is not imported. */
export const tableFor = (stem: string): ImportTable | undefined =>
  importTables.find(({ name }) => name === (tableNames[stem] ?? stem));

/** Reads the header of a file that fills `table`. docs/import.md, "Columns". */
export function readHeader(table: ImportTable, cells: readonly string[]): HeaderReading {
  const names = cells.map((cell) => cell.trim());
  const dialect = dialectOf(names);
  if (dialect === undefined)
    return { ok: false, why: "its header has neither sourcedId (OneRoster) nor sourced_id (a dump)" };
  const mapping = mapHeader(table, dialect, names);
  const fault = repeated(names, mapping) ?? missing(names, mapping);
  return fault === undefined ? { ok: true, mapping } : { ok: false, why: fault };
}

function dialectOf(names: readonly string[]): Dialect | undefined {
  if (names.includes("sourcedId")) return "oneroster";
  return names.includes("sourced_id") ? "dump" : undefined;
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function mapHeader(table: ImportTable, dialect: Dialect, names: readonly string[]): Mapping {
  const named = names.map((name, at) => ({ at, name, ...placeOf(dialect, name) }));
  const isKept = ({ column }: { column: string }) => Object.hasOwn(table.columns, column);
  const plain = named.filter(({ key }) => key === undefined);
  return {
    table,
    dialect,
    columns: plain.filter(isKept).map(({ at, column }) => ({ at, column })),
    keys: named.flatMap(({ at, key }) => (key === undefined ? [] : [{ at, key }])),
    names,
    unknown: dialect === "dump" ? plain.filter((one) => !isKept(one)).map(({ name }) => name) : [],
  };
}

/** The column, or the key of `metadata`, that a name in a header stands for. */
function placeOf(dialect: Dialect, name: string): { column: string; key?: string | undefined } {
  if (dialect === "dump") return { column: name };
  const snake = snakeCase(name);
  return { column: ALIASES[snake] ?? snake, key: EXTENSION.exec(name)?.[1] };
}

function repeated(names: readonly string[], { columns, keys }: Mapping): string | undefined {
  const kept = [...columns, ...keys.map(({ at, key }) => ({ at, column: `metadata.${key}` }))];
  const again = kept.find(({ column }, i) => kept.findIndex((other) => other.column === column) < i);
  if (again)
    return `two of its columns are ${again.column}: ${kept
      .filter(({ column }) => column === again.column)
      .map(({ at }) => names[at])
      .join(", ")}`;
  if (keys.length > 0 && columns.some(({ column }) => column === "metadata"))
    return "it has both a column metadata and columns metadata.*";
  return undefined;
}

function missing(names: readonly string[], { table, dialect, columns }: Mapping): string | undefined {
  const wanting = table.required.filter((need) => !columns.some(({ column }) => column === need));
  if (wanting.length === 0) return undefined;
  const wanted = wanting.map((column) => (dialect === "oneroster" ? onerosterName(column) : column));
  return `its header has no column ${wanted.join(", ")} (it has ${names.slice(0, 20).join(", ")})`;
}

const onerosterName = (column: string): string =>
  column.replace(/^assessment_/, "").replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
