import type { RawRows } from "../domain/findings/evidence-rows.js";
import { namedRows } from "../domain/findings/finding-rows.js";
import type { ListedFinding } from "../domain/findings/listed-finding.js";
import type { StoredFinding } from "../domain/findings/stored-audit.js";
import { UsageError, WorkError } from "../errors.js";
import { evidenceOf } from "../pipelines/audit/evidence/write.js";
import { foundNamed } from "../store/audit/findings/findings.js";
import { findingsNamed } from "../store/audit/findings/stored-findings.js";
import type { Db, Session, Store } from "../store/engine/session.js";
import { inDraft } from "../store/engine/snapshot.js";
import { rawRows } from "../store/reading/evidence-rows.js";
import { factRules } from "../store/runs/settings.js";
import { auditEverything } from "./audit.js";
import type { Invocation } from "./invocation.js";

/** A finding with all that it rests on. It holds only while it is lent. */
export interface ShownFinding {
  db: Db;
  finding: ListedFinding;
  /** The finding as the last audit that has it stored it; null where none did. */
  stored: StoredFinding | null;
  /** The rows that it names, as they are now. */
  raw: RawRows;
  /** The text of a file that proves it without the database, where that was asked for. */
  evidence: string | null;
}

/** Which finding, by its id or the beginning of that. */
export interface ShowRequest {
  id: string;
  /** Write evidence: then an audit is made, even where the finding is stored. */
  evidence: boolean;
}

/**
 * Lends one finding to `read`, whose answer it returns: a stored one, else one that an audit finds now. Changes nothing.
 * @throws UsageError where no finding or several have that id, or evidence is asked for that does not exist;
 * WorkError where a stored finding is not found any more
 */
export const showFinding = <T>(
  store: Store,
  request: ShowRequest,
  invocation: Invocation,
  read: (shown: ShownFinding) => Promise<T>,
): Promise<T> =>
  inDraft(store, async (session) => {
    const { db } = session;
    const rules = await factRules(db, {});
    const stored = onlyOne(request.id, await findingsNamed(db, request.id)) ?? null;
    const isKnown = stored !== null && !request.evidence;
    const finding = isKnown ? stored : await foundNow(session, request.id, stored, invocation);
    const raw = await rawRows(db, { studentId: finding.studentId, ...namedRows(finding.body) }, []);
    if (request.evidence) requireBundled(finding);
    const ground = { session, rules, program: invocation.caller.version };
    const evidence = request.evidence ? await evidenceOf(ground, finding) : null;
    return read({ db, finding, stored, raw, evidence });
  });

function requireBundled({ id, kind }: ListedFinding): void {
  if (kind !== "bundled-xp")
    throw new UsageError(
      `finding ${id} is ${kind}: it compares rows of this database; only bundled-xp can be proven without it`,
    );
}

async function foundNow(
  session: Session,
  id: string,
  stored: ListedFinding | null,
  invocation: Invocation,
): Promise<ListedFinding> {
  await auditEverything(session, stored === null ? null : [stored.studentId], invocation);
  const found = onlyOne(id, await foundNamed(session.db, stored?.id ?? id));
  if (found !== undefined) return found;
  if (stored === null)
    throw new UsageError(`no finding ${id}: neither stored nor found by auditing now; timeback audit lists them`);
  throw new WorkError(
    `finding ${stored.id} is stored, but the audit does not find it any more: there is nothing to prove`,
  );
}

function onlyOne<F extends ListedFinding>(id: string, [found, another]: readonly F[]): F | undefined {
  if (found && another)
    throw new UsageError(`several findings begin with ${id}: ${found.id}, ${another.id}; give more of it`);
  return found;
}
