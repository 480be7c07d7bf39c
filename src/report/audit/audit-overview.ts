import type { BlastRadius } from "../../domain/findings/blast-radius.js";
import type { Verdict } from "../../domain/findings/finding.js";
import type { AuditTotals, FindingSum } from "../../domain/findings/listed-finding.js";
import type { Calibration } from "../../domain/rules/calibration.js";
import { printable } from "../../domain/values/printable.js";
import { numberToken } from "../formats/fields.js";
import { renderTable } from "../formats/table.js";
import { blastRadiusLines } from "./blast-radius.js";
import { calibrationLine } from "./calibration-line.js";

/** The footer of an audit of all students. */
export interface AuditOverview {
  totals: AuditTotals;
  verdicts: Readonly<Record<Verdict, number>>;
  byKind: readonly FindingSum[];
  byApp: readonly FindingSum[];
  byWeek: readonly FindingSum[];
  calibrations: readonly Calibration[];
  /** Of all students' findings; null if one student was requested. */
  blastRadius: readonly BlastRadius[] | null;
}

const plural = (n: number, one: string): string => `${n} ${one}${n === 1 ? "" : "s"}`;

/** `2 findings (1 confirmed, 1 suspected) in 6 facts of 1 student: 15 XP counted, 9 true`. */
export function totalsLine({ totals, verdicts }: Pick<AuditOverview, "totals" | "verdicts">): string {
  const { students, facts, countedXp, trueXp } = totals;
  const sure = Object.entries(verdicts).filter(([, n]) => n > 0);
  const all = sure.reduce((sum, [, n]) => sum + n, 0);
  const found = `${plural(all, "finding")}${all === 0 ? "" : ` (${sure.map(([verdict, n]) => `${n} ${verdict}`).join(", ")})`}`;
  const amounts = `${numberToken(countedXp)} XP counted, ${numberToken(trueXp)} true`;
  return `${found} in ${plural(facts, "fact")} of ${plural(students, "student")}: ${amounts}`;
}

async function* onePage<T>(rows: readonly T[]): AsyncGenerator<readonly T[]> {
  yield rows;
}

async function sumTable(title: string, sums: readonly FindingSum[], unknown: string): Promise<string[]> {
  const columns = [
    { title, cell: ({ name }: FindingSum) => name ?? unknown },
    { title: "findings", align: "right" as const, cell: ({ findings }: FindingSum) => String(findings) },
    { title: "confirmed", align: "right" as const, cell: ({ confirmed }: FindingSum) => String(confirmed) },
    { title: "over by", align: "right" as const, cell: ({ inflation }: FindingSum) => numberToken(inflation) },
  ];
  let text = "";
  for await (const part of renderTable(columns, onePage(sums), { color: false })) text += part;
  return ["", ...text.trimEnd().split("\n")];
}

/** Totals, confirmed sums by kind, app and week, how the apps pay, and what to do next. */
export async function auditOverview(overview: AuditOverview): Promise<string[]> {
  const { calibrations, byKind, byApp, byWeek } = overview;
  const pays = calibrations.map((calibration) => `  ${printable(calibrationLine(calibration))}`);
  return [
    "",
    totalsLine(overview),
    ...(await sumTable("by kind", byKind, "-")),
    ...(await sumTable("by app", byApp, "(no app)")),
    ...(await sumTable("by week from", byWeek, "(no day)")),
    ...(await blastRadiusLines(overview.blastRadius ?? [])),
    ...(pays.length === 0 ? [] : ["", "How the apps pay:", ...pays]),
    "",
    "timeback audit <email> explains one student: what to do and who needs to fix the cause. --format json has the proofs.",
  ];
}

/** The totals and the checks made, when there are no findings. */
export function nothingFound({ totals, verdicts }: AuditOverview, checked: readonly string[]): string[] {
  if (totals.facts === 0) return ["nothing to audit: there are no facts in this scope, and none are missing"];
  return [totalsLine({ totals, verdicts }), "", "Checked:", ...checked.map((meaning) => `  ${meaning}`)];
}
