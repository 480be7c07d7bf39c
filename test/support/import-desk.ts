import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type FreshDatabase, type FreshOptions, freshDatabase, type Row } from "./engines.js";
import { scratchFolder } from "./scratch.js";
import { timeback, timebackJson } from "./timeback.js";

/** What `import oneroster --format json` says. */
export interface Answer {
  files: (Row & { file: string })[];
  ignored: string[];
  rejected: number;
  newRejects: number;
}

/** A fresh database and a folder, in which files are written and imported by name. */
export class Desk {
  private constructor(
    readonly database: FreshDatabase,
    readonly folder: string,
  ) {}

  static async lend(
    engine: FreshDatabase["engine"],
    work: (desk: Desk) => Promise<void>,
    options: FreshOptions = {},
  ): Promise<void> {
    const database = await freshDatabase(engine, "import", options);
    try {
      await work(new Desk(database, await scratchFolder("import")));
    } finally {
      await database.close();
    }
  }

  write(name: string, content: string | Buffer): this {
    mkdirSync(join(this.folder, name, ".."), { recursive: true });
    writeFileSync(join(this.folder, name), content);
    return this;
  }

  run(...args: string[]) {
    return timeback(args, { cwd: this.folder, env: this.database.env });
  }

  import(args: string[], code = 0): Promise<Answer> {
    return timebackJson<Answer>(["import", "oneroster", ...args, "--format", "json"], {
      cwd: this.folder,
      env: this.database.env,
      code,
    });
  }

  rows(table: string): Promise<Row[]> {
    return this.database.query(`select * from oneroster.${table} order by sourced_id collate "C"`);
  }
}

const RESULTS_HEADER =
  "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreDate,score,metadata.xp";

/** A row of `results.csv` as a bulk file has it. */
export const result = (id: string, xp: number, date = "2025-03-01"): string => `${id},,,li-1,maya,${date},100,${xp}`;

/** A `results.csv` of these rows. */
export const results = (...rows: string[]): string => `${[RESULTS_HEADER, ...rows].join("\n")}\n`;
