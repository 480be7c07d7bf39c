import type { StoredAudit } from "../../domain/findings/stored-audit.js";
import { ExitCode, UsageError } from "../../errors.js";
import { auditName, diffListing, diffSummary, type StateCounts } from "../../report/audit/diff-listing.js";
import { sharedEmails } from "../../store/audit/findings/findings.js";
import { auditsNamed, newestAudits } from "../../store/audit/findings/stored-audits.js";
import { compareFindings, countCompared, type StateCount } from "../../store/audit/findings/stored-findings.js";
import type { Db } from "../../store/engine/session.js";
import { type FailOn, failingVerdicts } from "../shell/fail-on.js";
import type { CommonFlags } from "../shell/options.js";
import { printList, readDatabase } from "../shell/reading.js";
import type { Shell } from "../shell/shell.js";

/** What `timeback audit diff` takes. */
export interface DiffFlags extends CommonFlags {
  failOn: FailOn;
}

type Named = string | undefined;

const LISTED = 5;

/** Prints what became of the findings between two stored audits. */
export async function runDiff(shell: Shell, asked: [Named, Named], flags: DiffFlags): Promise<void> {
  await readDatabase(shell, flags, "audit diff", async (reading) => {
    const { db, screen } = reading;
    const audits = await chosenAudits(db, asked);
    const [former, later] = [audits.former.number, audits.later.number];
    const counted = await countCompared(db, former, later);
    const counts = sumsOf(counted);
    const summary = diffSummary(audits, counts);
    await printList(
      { shell, flags, reading },
      {
        listing: diffListing(audits, counts, new Set(await sharedEmails(db, "stored"))),
        pages: compareFindings(db, former, later),
        footer: async () => ["", ...summary],
      },
    );
    if (flags.format !== "table" || flags.output !== undefined || counted.length === 0) summary.forEach(screen.note);
    if (counted.some((count) => isNewFailure(count, flags.failOn))) shell.exitWith(ExitCode.attention);
  });
}

function sumsOf(counted: readonly StateCount[]): StateCounts {
  const sums = { new: 0, fixed: 0, open: 0 };
  for (const { state, findings } of counted) sums[state] += findings;
  return sums;
}

/** Whether a finding is as sure as asked for now, and was not before. */
const isNewFailure = ({ state, verdict, formerVerdict }: StateCount, failOn: FailOn): boolean =>
  state !== "fixed" &&
  failingVerdicts(failOn).includes(verdict) &&
  (formerVerdict === null || !failingVerdicts(failOn).includes(formerVerdict));

async function chosenAudits(
  db: Db,
  [first, second]: [Named, Named],
): Promise<{ former: StoredAudit; later: StoredAudit }> {
  const newest = await newestAudits(db, LISTED);
  const [last, lastButOne] = newest;
  const former = first === undefined ? lastButOne : await auditNamed(db, first, newest);
  const later = second === undefined ? last : await auditNamed(db, second, newest);
  if (former === undefined || later === undefined)
    throw new UsageError(
      `${newest.length === 0 ? "no audit is" : "only one audit is"} stored: run timeback audit without filters until there are two to compare`,
    );
  return { former, later };
}

async function auditNamed(db: Db, name: string, newest: readonly StoredAudit[]): Promise<StoredAudit> {
  const [found, another] = await auditsNamed(db, name);
  if (found === undefined)
    throw new UsageError(
      `no stored audit has a run id that begins with ${name}; the newest: ${newest.map(auditName).join(", ") || "none is stored"}`,
    );
  if (another !== undefined)
    throw new UsageError(
      `several stored audits begin with ${name}: ${found.runId}, ${another.runId}; give more digits`,
    );
  return found;
}
