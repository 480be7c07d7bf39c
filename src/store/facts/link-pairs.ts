import { sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import { columnsOf } from "../engine/column-list.js";
import type { Db } from "../engine/session.js";
import { BYTES, type TempTable, tempTable } from "../engine/temp-table.js";
import { candidates, everything } from "./link-rules.js";

/** Results with their candidate events (`candidates`). */
export const linkPairs = tempTable("link_pairs", {
  sourced_id: BYTES,
  student_id: BYTES,
  event_id: "uuid",
  rule: "text",
  form: "int",
  slug_length: "int",
  score_date: "timestamptz",
  score_day: "date",
  result_attempt: "int",
  result_xp: "numeric",
  occurred_at: "timestamptz",
  event_attempt: "int",
  pays: "boolean",
});

/** Adds every candidate of these results to `linkPairs`. */
export async function addPairs(db: Db, rules: FactRules, of: TempTable<"sourced_id">): Promise<void> {
  const columns = columnsOf("", linkPairs.columns);
  const results = sql`and r.sourced_id in (select sourced_id from ${of})`;
  await sql`
    insert into ${linkPairs} (${columns}) select ${columns} from ${candidates(rules, results, everything)} c`.execute(
    db,
  );
}
