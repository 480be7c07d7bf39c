import type { ListedFinding } from "../../../domain/findings/listed-finding.js";
import { judgeStudent } from "../../../domain/rules/bundling.js";
import { type AppCounts, COUNT_KINDS, type FormulaCounts } from "../../../domain/rules/calibrate.js";
import { calibrated } from "../../../domain/rules/calibration-counts.js";
import { DayMultiples } from "../../../domain/rules/day-multiples.js";
import type { FactRules } from "../../../domain/rules/fact-rules.js";
import { RULE_VERSION } from "../../../domain/rules/rule-version.js";
import { ResourceLookup } from "../../../store/audit/bundling/resources.js";
import { countedResults } from "../../../store/audit/bundling/suspect-details.js";
import { listAppCounts, listMultiples, listNumbering } from "../../../store/audit/calibration/calibrations.js";
import type { Session } from "../../../store/engine/session.js";
import { rawRows } from "../../../store/reading/evidence-rows.js";
import { auditRulesOf, settingsInForce } from "../../../store/runs/settings.js";
import { namedResults, type SuspectRow, suspectOf, uncorrected } from "../checks/suspect-event.js";
import { suspectRows } from "../checks/suspect-rows.js";
import { formulaNames, sealed } from "./file.js";

/** What an evidence file needs besides the finding. */
interface Inputs {
  session: Session;
  rules: FactRules;
  /** Version of this program. */
  program: string;
}

/**
 * The text of a file that proves a bundled finding without this database (docs/evidence.md): every suspect of the student, the rows
 * they come from, and the calibration counts of their apps. Call it in the draft of the audit that made the finding.
 */
export async function evidenceOf({ session, rules, program }: Inputs, finding: ListedFinding): Promise<string> {
  const { db } = session;
  const { studentId } = finding;
  const settings = await settingsInForce(db);
  const auditRules = auditRulesOf(settings);
  const allCounts = await listAppCounts(db);
  const calibrations = calibrated(allCounts);
  const calibrationOf = (app: string | null) => calibrations.get(app ?? "") ?? unknownApp(app);
  const suspects: SuspectRow[] = [];
  const examination = { rules: auditRules, numbering: await listNumbering(db) };
  const part = { session, resources: new ResourceLookup(db) };
  const multiples = new DayMultiples(await listMultiples(db), calibrations);
  const scope = { rules, students: [studentId] };
  const request = { part, scope, examination, calibrationOf, multiples, notesTwins: false };
  for await (const page of suspectRows(request)) suspects.push(...page.flat());
  const apps = new Set(suspects.map(({ app }) => app));
  const counts = new Map([...allCounts].filter(([app]) => apps.has(app)));
  const claims = uncorrected(
    judgeStudent(
      suspects.map((row) => suspectOf(row, auditRules.multipliers)),
      calibrationOf,
    ),
  );
  const counted = await countedResults(db, claims.flatMap(namedResults));
  const names = {
    studentId,
    events: suspects.flatMap(({ eventId, twins, compensations }) => [
      ...[eventId, ...twins],
      ...compensations.map((compensation) => compensation.eventId),
    ]),
    results: suspects.flatMap(resultsOf),
  };
  const activities = suspects.flatMap(({ activityId }) => activityId ?? []);
  return sealed(
    {
      program,
      ruleVersion: RULE_VERSION,
      settings,
      calibration: [...counts].map(countsJson),
      judged: { suspects, counted: [...counted].sort() },
      raw: await rawRows(db, names, activities),
    },
    finding.body,
  );
}

/** Every app of a suspect is calibrated. */
function unknownApp(app: string | null): never {
  throw new RangeError(`the app ${app ?? "without a name"} was not calibrated`);
}

const resultsOf = ({ ownIds, near, late, zeroIds }: SuspectRow): string[] => [
  ...(ownIds ?? []),
  ...(near?.ids ?? []),
  ...(late?.ids ?? []),
  ...(zeroIds ?? []),
];

const countsOf = (counts: FormulaCounts) =>
  [...counts].sort(([a], [b]) => a - b).map(([set, events]) => ({ formulas: formulaNames(set), events }));

const countsJson = ([app, counts]: [string, AppCounts]) => ({
  app,
  ...(Object.fromEntries(COUNT_KINDS.map((kind) => [kind, countsOf(counts[kind])])) as Record<
    keyof AppCounts,
    ReturnType<typeof countsOf>
  >),
});
