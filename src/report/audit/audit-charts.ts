import type { AppStep, Series, StepUnit, XpStep } from "../../domain/findings/xp-series.js";
import { numberToken } from "../formats/fields.js";
import { type Bar, type BarPart, barChart } from "../formats/html-chart.js";
import { htmlText } from "../formats/html-text.js";

const DAY_MS = 86_400_000;
const MONTHS = 12;
/** As many apps as there are colours; the rest share the last one. */
const COLORS = 6;
const NO_APP = "(no app)";

/** Units of time from year 0 to the step. */
function slotOf(day: string, unit: StepUnit): number {
  if (unit === "month") return Number(day.slice(0, -6)) * MONTHS + Number(day.slice(-5, -3));
  const days = Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
  return unit === "day" ? days : Math.floor((days + 3) / 7); // 1970-01-05 was a Monday
}

const EVERY: Readonly<Record<StepUnit, string>> = { day: "day", week: "week (from its Monday)", month: "month" };

const omittedNote = ({ omitted, unit }: Series<unknown>): string =>
  omitted === 0 ? "" : `<p class="note">${omitted} earlier ${unit}s are not shown.</p>`;

const legend = (entries: readonly [color: string, text: string][]): string =>
  `<ul class="legend">${entries.map(([color, text]) => `<li><svg class="key" viewBox="0 0 12 12" aria-hidden="true"><rect class="${color}" width="12" height="12"/></svg> ${htmlText(text)}</li>`).join("")}</ul>`;

function table(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[]) =>
    row
      .map((cell, at) => (at === 0 ? `<th scope="row">${htmlText(cell)}</th>` : `<td>${htmlText(cell)}</td>`))
      .join("");
  const titles = head.map((title) => `<th scope="col">${htmlText(title)}</th>`).join("");
  const body = rows.map((row) => `<tr>${cells(row)}</tr>`).join("\n");
  return `<details><summary>${htmlText(caption)}</summary><table class="numbers"><thead><tr>${titles}</tr></thead><tbody>\n${body}\n</tbody></table></details>`;
}

/** True XP at the bottom; above it what is counted too much, or is missing. */
function xpParts({ countedXp, trueXp }: XpStep): BarPart[] {
  const [counted, truth] = [Number(countedXp), Number(trueXp)];
  return [
    { from: 0, to: Math.min(counted, truth), color: "true" },
    ...(counted > truth ? [{ from: truth, to: counted, color: "over" }] : []),
    ...(counted < truth ? [{ from: counted, to: truth, color: "missing" }] : []),
  ];
}

/** Counted and true XP over time: a chart, its legend, and its numbers. */
export function xpChart(series: Series<XpStep>): string {
  const { steps, unit } = series;
  const first = slotOf(steps[0]?.from ?? "1970-01-01", unit);
  const bars = steps.map(
    (step): Bar => ({
      slot: slotOf(step.from, unit) - first,
      day: step.from,
      title: `${step.from}: ${numberToken(step.countedXp)} XP counted, ${numberToken(step.trueXp)} true`,
      parts: xpParts(step),
    }),
  );
  const missing = steps.some(({ countedXp, trueXp }) => Number(countedXp) < Number(trueXp));
  return [
    `<h2>Counted and true XP, by ${EVERY[unit]}</h2>`,
    barChart(`Counted and true XP, by ${unit}; the numbers are below`, bars),
    legend([
      ["true", "true"],
      ["over", "counted too much (confirmed)"],
      ...(missing ? [["missing", "true, but not counted"] as [string, string]] : []),
    ]),
    omittedNote(series),
    table(
      `The numbers by ${unit}`,
      [unit, "counted", "true"],
      steps.map(({ from, countedXp, trueXp }) => [from, numberToken(countedXp), numberToken(trueXp)]),
    ),
  ].join("\n");
}

/** Confirmed inflation by app, over time. `apps`: the apps with the largest inflation first. */
export function inflationChart(series: Series<AppStep>, apps: readonly (string | null)[]): string {
  const { steps, unit } = series;
  if (steps.length === 0) return "";
  const ranked = apps.filter((app) => steps.some((step) => step.app === app));
  const colorOf = (app: string | null) => `app${Math.min(Math.max(ranked.indexOf(app), 0), COLORS)}`;
  const first = slotOf(steps[0]?.from ?? "1970-01-01", unit);
  const bars = [...new Set(steps.map(({ from }) => from))].map((from): Bar => {
    const ofStep = steps.filter((step) => step.from === from);
    const ordered = ofStep.toSorted((a, b) => ranked.indexOf(a.app) - ranked.indexOf(b.app));
    const amounts = ordered.map(({ app, inflationXp }) => `${app ?? NO_APP} ${numberToken(inflationXp)}`);
    return {
      slot: slotOf(from, unit) - first,
      day: from,
      title: `${from}: ${amounts.join(", ")}`,
      parts: stacked(ordered, colorOf),
    };
  });
  const named = ranked.slice(0, COLORS).map((app, at): [string, string] => [`app${at}`, app ?? NO_APP]);
  return [
    `<h2>Confirmed inflation by app, by ${EVERY[unit]}</h2>`,
    barChart(`Confirmed inflation by app, by ${unit}; the numbers are below`, bars),
    legend([...named, ...(ranked.length > COLORS ? [[`app${COLORS}`, "other apps"] as [string, string]] : [])]),
    omittedNote(series),
    table(
      `The numbers by ${unit} and app`,
      [unit, "app", "inflation"],
      steps.map(({ from, app, inflationXp }) => [from, app ?? NO_APP, numberToken(inflationXp)]),
    ),
  ].join("\n");
}

/** Stacked upward what is too much, downward what is missing. */
function stacked(steps: readonly AppStep[], colorOf: (app: string | null) => string): BarPart[] {
  const ends = { up: 0, down: 0 };
  return steps.map(({ app, inflationXp }) => {
    const way = Number(inflationXp) < 0 ? "down" : "up";
    const from = ends[way];
    ends[way] += Number(inflationXp);
    return { from, to: ends[way], color: colorOf(app) };
  });
}
