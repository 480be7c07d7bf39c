import { type RawBuilder, sql } from "kysely";
import {
  FACT_COLUMNS,
  type FactColumn,
  type FactColumnKind,
  factMember,
  type ListedFact,
} from "../../domain/views/fact.js";
import type { Db } from "../engine/session.js";
import { streamRows } from "../engine/snapshot.js";
import { isoDay, isoInstant } from "../engine/sql-time.js";
import { type FactScope, inScope } from "../facts/fact-scope.js";

const LISTED: Record<FactColumnKind, (column: RawBuilder<unknown>) => RawBuilder<unknown>> = {
  text: (column) => column,
  number: (column) => sql`${column}::text`,
  instant: isoInstant,
  day: isoDay,
  list: (column) => column,
};

const listed = (Object.keys(FACT_COLUMNS) as FactColumn[]).map(
  (column) => sql`${LISTED[FACT_COLUMNS[column].kind](sql.ref(`f.${column}`))} as ${sql.ref(factMember(column))}`,
);

/** The stored facts in scope, in pages, ordered by student, instant and key (C order). */
export const listFacts = (db: Db, scope: FactScope): AsyncGenerator<ListedFact[]> =>
  streamRows(
    db,
    sql<ListedFact>`
    select ${sql.join(listed)} from timeback.processed_facts f where ${inScope(scope)}
    order by f.student_id collate "C", f.occurred_at, f.fact_key collate "C"`,
  );
