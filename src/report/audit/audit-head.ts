import type { BlastRadius } from "../../domain/findings/blast-radius.js";
import { FINDING_KINDS, type FindingKind } from "../../domain/findings/finding.js";
import type { AuditTotals, FindingSum } from "../../domain/findings/listed-finding.js";
import type { Calibration } from "../../domain/rules/calibration.js";
import { type JsonValue, xpNumber } from "../../domain/values/json-text.js";
import { blastRadiusJson } from "./blast-radius.js";

/** What an audit reports besides its findings. */
export interface AuditSums {
  /** The requested scope; null means no restriction. */
  scope: Readonly<Record<"email" | "from" | "to", string | null>> & {
    kinds: readonly FindingKind[] | null;
    apps: readonly string[] | null;
  };
  totals: AuditTotals;
  byKind: readonly FindingSum[];
  calibrations: readonly Calibration[];
  blastRadius: readonly BlastRadius[] | null;
}

/** Totals of every kind checked, also without findings, so that a program always finds the kind. */
function kindTotals({ scope, byKind }: AuditSums): JsonValue {
  const found = new Map(byKind.map((sum) => [sum.name, sum]));
  return Object.fromEntries(
    (scope.kinds ?? FINDING_KINDS).map((kind) => {
      const { findings = 0, inflation = "0" } = found.get(kind) ?? {};
      return [kind, { findings, inflationXp: xpNumber(inflation) }];
    }),
  );
}

/** The members of the `json` answer before its findings (docs/contracts.md, "Output"). */
export function auditHead(sums: AuditSums): Readonly<Record<string, JsonValue>> {
  const { students, facts, countedXp, trueXp, inflationXp } = sums.totals;
  return {
    command: "audit",
    scope: sums.scope,
    totals: {
      students,
      facts,
      countedXp: xpNumber(countedXp),
      trueXp: xpNumber(trueXp),
      inflationXp: xpNumber(inflationXp),
      byKind: kindTotals(sums),
    },
    calibration: sums.calibrations.map((calibration) => ({ ...calibration })),
    ...(sums.blastRadius === null ? {} : { blastRadius: blastRadiusJson(sums.blastRadius) }),
  };
}
