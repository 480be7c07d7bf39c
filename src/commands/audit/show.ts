import { Command } from "commander";
import type { ListedFinding } from "../../domain/findings/listed-finding.js";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import { UsageError, WorkError } from "../../errors.js";
import type { FindingProof } from "../../report/audit/finding-proof.js";
import type { Session } from "../../store/engine/session.js";
import { type CommonFlags, withCommonOptions } from "../shell/options.js";
import { draftFacts, type FactReading, withRedact } from "../shell/reading.js";
import { openScreen } from "../shell/screen.js";
import type { Shell } from "../shell/shell.js";
import { auditOnScreen } from "./run.js";

interface ShowFlags extends CommonFlags {
  bundle?: string;
}

/** `timeback audit show`: one finding with everything that it rests on. */
export const showCommand = (shell: Shell): Command =>
  withRedact(withCommonOptions(new Command("show"), ["table", "json", "ndjson"]))
    .description(
      "one finding with its whole evidence: the raw event, its results over time, how the app pays, every reading",
    )
    .argument("<finding>", "id of the finding, or its beginning")
    .option("--bundle <file>", "write the evidence of a bundled-xp finding to a file that timeback audit verify proves")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback audit show 21277ba76bb74de6
  $ timeback audit show 21277b --format json | jq .raw.results
  $ timeback audit show 21277b --bundle evidence.json        # for the app's team: needs no database to verify

A stored finding is shown as the last audit that has it said it, with the rows as they are now; where it is not stored,
and with --bundle, an audit is made. Nothing is changed. -q prints the answer too.`,
    )
    .action((id: string, flags: ShowFlags) => runShow(shell, id.toLowerCase(), flags));

async function runShow(shell: Shell, id: string, flags: ShowFlags): Promise<void> {
  if (flags.bundle !== undefined && flags.redact)
    throw new UsageError("--bundle holds the records as they came, and is proven by them: leave out --redact");
  const file =
    flags.bundle === undefined
      ? null
      : openScreen(shell, { output: flags.bundle, force: flags.force, ownerOnly: true, color: false });
  const { factRules } = await import("../../store/runs/settings.js");
  await draftFacts(
    shell,
    { ...flags, ownerOnly: true },
    { command: "audit show", email: undefined },
    async (reading) => {
      const { session, screen, hide } = reading;
      const rules = await factRules(session.db, {});
      const proof = await provenBy(shell, { id, rules, again: file !== null }, reading);
      if (file) await file.print([await evidence(shell, { session, rules }, proof.finding)]);
      const { proofJson, proofLines } = await import("../../report/audit/finding-proof.js");
      const shown = hide(proof);
      if (flags.format === "table") await screen.print(proofLines(shown).map((line) => `${line}\n`));
      else await screen.print([`${proofJson(shown)}\n`]);
      if (file)
        screen.note(`evidence written to ${flags.bundle}; timeback audit verify ${flags.bundle} proves it anywhere`);
      return null;
    },
  );
}

async function evidence(
  shell: Shell,
  { session, rules }: { session: Session; rules: FactRules },
  finding: ListedFinding,
): Promise<string> {
  if (finding.kind !== "bundled-xp")
    throw new UsageError(
      `finding ${finding.id} is ${finding.kind}: it compares rows of this database; only bundled-xp can be proven without it`,
    );
  const { evidenceOf } = await import("../../pipelines/audit/evidence/write.js");
  return evidenceOf({ session, rules, program: shell.version }, finding);
}

interface Asked {
  id: string;
  rules: FactRules;
  /** Whether it must be found again, even where it is stored. */
  again: boolean;
}

async function provenBy(
  shell: Shell,
  asked: Asked,
  reading: FactReading & { session: Session },
): Promise<FindingProof> {
  const { db } = reading;
  const [{ findingsNamed }, { rawRows }, { namedRows }] = await Promise.all([
    import("../../store/audit/findings/stored-findings.js"),
    import("../../store/reading/evidence-rows.js"),
    import("../../domain/findings/finding-rows.js"),
  ]);
  const stored = onlyOne(asked.id, await findingsNamed(db, asked.id)) ?? null;
  const finding = stored !== null && !asked.again ? stored : await foundNow(shell, asked, stored, reading);
  const names = namedRows(finding.body);
  return { finding, stored, raw: await rawRows(db, { studentId: finding.studentId, ...names }, []) };
}

async function foundNow(
  shell: Shell,
  { id, rules }: Asked,
  stored: ListedFinding | null,
  { session, screen }: FactReading & { session: Session },
): Promise<ListedFinding> {
  const students = stored === null ? null : [stored.studentId];
  const filter = { kinds: null, apps: null, from: null, to: null };
  await auditOnScreen(shell, { session, screen, rules, students, filter });
  const { foundNamed } = await import("../../store/audit/findings/findings.js");
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
