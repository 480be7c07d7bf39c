import { type RawBuilder, sql } from "kysely";
import { LONGEST_KEY_BYTES } from "../../domain/values/key-length.js";
import type { Session } from "../engine/session.js";
import type { Source } from "../source/inspect.js";
import type { SourceTable } from "../source/tables.js";
import { keepRejects, type Reject } from "./rejects.js";
import { incoming } from "./staging.js";

/** Number of quarantined rows of a page, and of those not quarantined before. */
export interface Rejected {
  rejected: number;
  newRejects: number;
}

const EXCERPT_CHARACTERS = 200;

/** Whether an id is too long for its indexes. */
const isLong = (id: string): RawBuilder<boolean> => sql`octet_length(${sql.ref(id)}) > ${LONGEST_KEY_BYTES}`;

interface RefusedRow {
  sourced_id: string;
  record: string | null;
  wanting: string;
}

/** Quarantines rows removed from staging, with the reason for each. */
function quarantine(
  session: Session,
  runId: string,
  { source, table }: { source: Source; table: SourceTable },
  rows: readonly RefusedRow[],
): Promise<Rejected> {
  const tooLong = `an id of the row has more than ${LONGEST_KEY_BYTES} bytes`;
  const rejects = rows.map(
    ({ sourced_id, record, wanting }): Reject => ({
      file: `${source.schema}.${table.name}`,
      line: null,
      member: 0,
      byteOffset: null,
      code: wanting === "" ? "text-too-long" : "incomplete-result",
      reason: wanting === "" ? tooLong : `result ${sourced_id} has no ${wanting}`,
      excerpt: sourced_id.slice(0, EXCERPT_CHARACTERS),
      record,
    }),
  );
  return keepRejects(session, runId, rejects).then((newRejects) => ({ rejected: rejects.length, newRejects }));
}

type Staged = Parameters<typeof quarantine>[2];

/** Moves results without a student, line item or score date, or with ids too long for an index, from staging to quarantine. */
export async function rejectResults(session: Session, runId: string, staged: Staged): Promise<Rejected> {
  const { rows } = await sql<RefusedRow>`
    delete from ${incoming(staged.table)}
    where student_id is null or line_item_id is null or score_date is null or ${isLong("student_id")} or ${isLong("sourced_id")}
    returning sourced_id, metadata as record, concat_ws(', ', case when student_id is null then 'student_sourced_id' end,
      case when line_item_id is null then 'assessment_line_item_sourced_id' end, case when score_date is null then 'score_date' end) as wanting`.execute(
    session.db,
  );
  return quarantine(session, runId, staged, rows);
}

/** Moves rows of users or of a reference table with ids too long for an index from staging to quarantine. */
export async function rejectLongIds(session: Session, runId: string, staged: Staged): Promise<Rejected> {
  const { rows } = await sql<RefusedRow>`
    delete from ${incoming(staged.table)} where ${isLong("sourced_id")}
    returning sourced_id, null as record, '' as wanting`.execute(session.db);
  return quarantine(session, runId, staged, rows);
}
