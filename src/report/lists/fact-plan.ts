import { type ExactNumber, type JsonValue, xpNumber } from "../../domain/values/json-text.js";
import type { FactPlan, PlannedChange, PlannedFact } from "../../domain/views/fact-plan.js";
import { renderTable } from "../formats/table.js";

const exact = (xp: string | null): ExactNumber | null => xpNumber(xp);

/** A plan as JSON: XP as exact numbers. */
export const planJson = ({ changes, largest }: FactPlan): JsonValue => ({
  changes: changes.map((change) => ({ ...change, xpBefore: exact(change.xpBefore), xpAfter: exact(change.xpAfter) })),
  largest: largest.map((fact) => ({ ...fact, xpBefore: exact(fact.xpBefore), xpAfter: exact(fact.xpAfter) })),
});

const changeColumns = [
  { title: "facts", cell: ({ change }: PlannedChange) => change },
  {
    title: "kind",
    cell: ({ eventType, xpSource }: PlannedChange) =>
      `${eventType}${xpSource === null ? "" : `, XP of the ${xpSource}`}`,
  },
  { title: "rows", align: "right" as const, cell: ({ rows }: PlannedChange) => String(rows) },
  { title: "XP before", align: "right" as const, cell: ({ xpBefore }: PlannedChange) => xpBefore },
  { title: "XP after", align: "right" as const, cell: ({ xpAfter }: PlannedChange) => xpAfter },
];

const factColumns = [
  { title: "largest", cell: ({ change }: PlannedFact) => change },
  { title: "student", cell: ({ email, studentId }: PlannedFact) => email ?? studentId },
  { title: "date", cell: ({ date }: PlannedFact) => date },
  { title: "XP before", align: "right" as const, cell: ({ xpBefore }: PlannedFact) => xpBefore ?? "-" },
  { title: "XP after", align: "right" as const, cell: ({ xpAfter }: PlannedFact) => xpAfter ?? "-" },
  { title: "fact", cell: ({ factKey }: PlannedFact) => factKey },
];

async function* onePage<Row>(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  yield rows;
}

/** A plan for people: changes by kind, then the facts whose XP changes most. Yields nothing if nothing changes. */
export async function* planText({ changes, largest }: FactPlan, style: { color: boolean }): AsyncGenerator<string> {
  if (changes.length > 0) yield* renderTable(changeColumns, onePage(changes), style);
  if (largest.length === 0) return;
  yield "\n";
  yield* renderTable(factColumns, onePage(largest), style);
}
