import type { BlastRadius, BlastWeeks } from "../../domain/findings/blast-radius.js";
import { type JsonValue, xpNumber } from "../../domain/values/json-text.js";
import { numberToken } from "../formats/fields.js";
import { type Column, renderTable } from "../formats/table.js";

const weeksJson = ({ from, to, events, findings, inflation }: BlastWeeks): JsonValue => ({
  from,
  to,
  events,
  findings,
  inflationXp: xpNumber(inflation),
});

/** How far bundling reaches, for programs (docs/contracts.md, "Output"). */
export const blastRadiusJson = (radii: readonly BlastRadius[]): JsonValue =>
  radii.map(({ inflation, perWeek, share, weeks, last, before, ...radius }) => ({
    ...radius,
    inflationXp: xpNumber(inflation),
    inflationXpPerWeek: xpNumber(perWeek),
    share: xpNumber(share),
    weeks: weeks.map((one) => ({ week: one.week, findings: one.findings, inflationXp: xpNumber(one.inflation) })),
    trend: { last: weeksJson(last), before: weeksJson(before) },
  }));

const PER_CENT = 100;
const percent = (share: string): string => `${(Number(share) * PER_CENT).toFixed(1)} %`;

const weeksText = ({ inflation, findings, events }: BlastWeeks): string =>
  `${numberToken(inflation)} (${findings} of ${events})`;

const COLUMNS: readonly Column<BlastRadius>[] = [
  { title: "app", cell: ({ app }) => app ?? "(no app)" },
  { title: "course", cell: ({ course, courseId }) => course ?? courseId ?? "(no course)" },
  { title: "first day", cell: ({ firstDay }) => firstDay },
  { title: "last day", cell: ({ lastDay }) => lastDay },
  { title: "students", align: "right", cell: ({ students }) => String(students) },
  { title: "events", align: "right", cell: ({ findings, events }) => `${findings} of ${events}` },
  { title: "share", align: "right", cell: ({ share }) => percent(share) },
  { title: "over by", align: "right", cell: ({ inflation }) => numberToken(inflation) },
  { title: "a week", align: "right", cell: ({ perWeek }) => numberToken(perWeek) },
  { title: "4 weeks before", align: "right", cell: ({ before }) => weeksText(before) },
  { title: "last 4 full weeks", align: "right", cell: ({ last }) => weeksText(last) },
];

async function* onePage(radii: readonly BlastRadius[]): AsyncGenerator<readonly BlastRadius[]> {
  yield radii;
}

/** How far bundling reaches, for people; no lines where there is none. */
export async function blastRadiusLines(radii: readonly BlastRadius[]): Promise<string[]> {
  if (radii.length === 0) return [];
  let table = "";
  for await (const part of renderTable(COLUMNS, onePage(radii), { color: false })) table += part;
  return [
    "",
    "Bundling by app and course (in brackets: bundled events of all exercise events):",
    ...table.trimEnd().split("\n"),
  ];
}
