// The databases of a benchmark.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { timed } from "./measure.js";

const SOURCE_TABLES = ["users", "resources", "component_resources", "assessment_line_items", "assessment_results"];

/** A PostgreSQL server whose URL names no database. */
export class Server {
  constructor(url) {
    this.url = url.replace(/\/$/, "");
  }

  urlOf(database) {
    return `${this.url}/${database}`;
  }

  async run(database, ...statements) {
    const client = new pg.Client({ connectionString: this.urlOf(database) });
    await client.connect();
    try {
      let result;
      for (const statement of statements) result = await client.query(statement);
      return result;
    } finally {
      await client.end();
    }
  }

  async version() {
    const { rows } = await this.run("postgres", "show server_version");
    return rows[0].server_version;
  }

  fresh(database) {
    return this.run(
      "postgres",
      `drop database if exists ${database} with (force)`,
      `create database ${database} template template0`,
    );
  }

  drop(database) {
    return this.run("postgres", `drop database if exists ${database} with (force)`);
  }

  /** A OneRoster source with the schema of the kit and the CSV files of a generated load. */
  async source(database, kit, data) {
    await this.fresh(database);
    await this.run(database, readFileSync(join(kit, "..", "oneroster-source.sql"), "utf8"));
    for (const table of SOURCE_TABLES) {
      const file = join(data, `${table}.csv`);
      const [head] = readFileSync(file, "utf8").slice(0, 1000).split("\n");
      const copy = `\\copy ${table} (${head}) from '${file}' csv header`;
      timed("psql", ["-qX", "-v", "ON_ERROR_STOP=1", this.urlOf(database), "-c", copy]);
    }
    await this.run(database, "vacuum analyze");
  }
}
