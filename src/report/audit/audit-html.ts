import { createHash } from "node:crypto";
import type { FindingSum, ListedFinding } from "../../domain/findings/listed-finding.js";
import type { AppStep, Series, XpStep } from "../../domain/findings/xp-series.js";
import { jsonText } from "../../domain/values/json-text.js";
import { printable } from "../../domain/values/printable.js";
import { numberToken } from "../formats/fields.js";
import { PAGE_SCRIPT } from "../formats/html-script.js";
import { PAGE_STYLE } from "../formats/html-style.js";
import { htmlText, scriptJson } from "../formats/html-text.js";
import { idLine } from "./audit-answer.js";
import { inflationChart, xpChart } from "./audit-charts.js";
import { type AuditOverview, totalsLine } from "./audit-overview.js";
import { bundledTodo, bundledWhy } from "./bundled-answer.js";
import { calibrationLine } from "./calibration-line.js";
import { ADVICE } from "./finding-advice.js";
import { whoIs } from "./finding-listing.js";

/** How many findings a page lists, the surest and largest first, so that a browser can show it. docs/audit.md. */
export const PAGE_FINDINGS = 5_000;

/** The content of a page. */
export interface AuditPage {
  /** The requested scope, in words. */
  scope: string;
  overview: AuditOverview;
  days: Series<XpStep>;
  inflation: Series<AppStep>;
  sharedEmails: ReadonlySet<string>;
  /** The meanings of the checks made. */
  checked: readonly string[];
}

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Nothing may be loaded, and only this script may run. */
const POLICY = `default-src 'none'; script-src ${hash(PAGE_SCRIPT)}; style-src ${hash(PAGE_STYLE)}; base-uri 'none'; form-action 'none'`;

/** The audit as one self-contained HTML page, part by part; holds one page of findings. docs/audit.md, "The page". */
export async function* auditHtml(
  page: AuditPage,
  findings: AsyncIterable<readonly ListedFinding[]>,
): AsyncGenerator<string> {
  yield head(page);
  yield '<script type="application/json" id="data">[';
  let written = 0;
  for await (const some of findings) {
    const rows = some.slice(0, PAGE_FINDINGS - written).map((finding) => row(finding, page.sharedEmails));
    if (rows.length > 0) yield `${written === 0 ? "" : ","}\n${rows.join(",\n")}`;
    written += rows.length;
    if (written === PAGE_FINDINGS) break;
  }
  yield `\n]</script>\n<script>${PAGE_SCRIPT}</script>\n</body>\n</html>\n`;
}

function row(finding: ListedFinding, sharedEmails: ReadonlySet<string>): string {
  const { kind, verdict, pending, date, app, counted, truth, inflation } = finding;
  const bundled = kind === "bundled-xp";
  const why = [
    ...(bundled ? bundledWhy(finding) : [finding.summary]),
    bundled ? bundledTodo(finding) : ADVICE[kind].todo,
  ];
  const amounts = { counted: numberToken(counted), truth: numberToken(truth), inflation: numberToken(inflation) };
  const texts = {
    student: printable(whoIs(finding, sharedEmails)),
    app: app === null ? null : printable(app),
    why: why.map(printable),
    ids: printable(idLine(finding)),
  };
  return scriptJson(jsonText({ kind, verdict, pending, date, ...amounts, ...texts }));
}

function head(page: AuditPage): string {
  const { scope, overview, days, inflation } = page;
  const apps = overview.byApp.map(({ name }) => name);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Audit of XP: ${htmlText(scope)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<h1>Audit of XP</h1>
<p class="scope">${htmlText(scope)}</p>
<p>${htmlText(totalsLine(overview))}.</p>
${tiles(overview)}
<section>${days.steps.length === 0 ? "" : xpChart(days)}</section>
<section>${inflationChart(inflation, apps)}</section>
${findingsSection(overview)}
<div class="columns">
${sums("By kind", "kind", overview.byKind, "-")}
${sums("By app", "app", overview.byApp, "(no app)")}
</div>
${list("How the apps pay", overview.calibrations.map(calibrationLine))}
${list("What was checked", page.checked)}
`;
}

function tiles({ totals, verdicts }: AuditOverview): string {
  const wrong = numberToken(totals.inflationXp) !== "0";
  const entries: [name: string, value: string, wrong: boolean][] = [
    ["XP counted", numberToken(totals.countedXp), false],
    ["XP true", numberToken(totals.trueXp), false],
    ["over by (confirmed)", numberToken(totals.inflationXp), wrong],
    ["confirmed", String(verdicts.confirmed), verdicts.confirmed > 0],
    ["probable", String(verdicts.probable), false],
    ["suspected", String(verdicts.suspected), false],
    ["facts", String(totals.facts), false],
    ["students", String(totals.students), false],
  ];
  const tile = ([name, value, bad]: (typeof entries)[number]) =>
    `<div${bad ? ' class="wrong"' : ""}><dt>${name}</dt><dd>${value}</dd></div>`;
  return `<dl class="tiles">${entries.map(tile).join("")}</dl>`;
}

const COLUMNS = ["verdict", "kind", "student", "day", "app", "XP", "over by", "why"];

function findingsSection({ verdicts }: AuditOverview): string {
  const all = Object.values(verdicts).reduce((sum, n) => sum + n, 0);
  if (all === 0)
    return `<section id="findings" hidden>${emptyTable}</section>\n<section><h2>Findings</h2><p>Nothing was found.</p></section>`;
  const left =
    all > PAGE_FINDINGS
      ? `<p class="note">This page lists the ${PAGE_FINDINGS} most certain and largest of ${all} findings; --format ndjson also has the other ${all - PAGE_FINDINGS}.</p>`
      : "";
  return `<section id="findings"><h2>Findings</h2>${left}<noscript><p>The findings and their filters need JavaScript; nothing is loaded from the network.</p></noscript>
${emptyTable}</section>`;
}

const select = (name: string, all: string): string =>
  `<label>${name}<select name="${name}"><option value="">${all}</option></select></label>`;

/** Filled by the script. */
const emptyTable = `<form><label class="text">text<input type="search" name="text" autocomplete="off" placeholder="student, activity, id …"></label>${select("kind", "all kinds")}${select("verdict", "all verdicts")}${select("app", "all apps")}</form>
<p class="screen note"><output aria-live="polite"></output></p>
<table role="table"><thead role="rowgroup"><tr role="row">${COLUMNS.map((name) => `<th scope="col" role="columnheader"${name === "XP" || name === "over by" ? ' class="number"' : ""}>${name}</th>`).join("")}</tr></thead><tbody role="rowgroup"></tbody></table>`;

function sums(title: string, column: string, entries: readonly FindingSum[], unknown: string): string {
  if (entries.length === 0) return "";
  const head = [column, "findings", "confirmed", "over by"].map((name) => `<th scope="col">${name}</th>`).join("");
  const rows = entries.map(
    ({ name, findings, confirmed, inflation }) =>
      `<tr><th scope="row">${htmlText(name ?? unknown)}</th><td>${findings}</td><td>${confirmed}</td><td>${numberToken(inflation)}</td></tr>`,
  );
  return `<section><h2>${title}</h2><table class="numbers"><thead><tr>${head}</tr></thead><tbody>${rows.join("\n")}</tbody></table></section>`;
}

const list = (title: string, lines: readonly string[]): string =>
  lines.length === 0
    ? ""
    : `<section><h2>${title}</h2><ul class="plain">${lines.map((line) => `<li>${htmlText(line)}</li>`).join("")}</ul></section>`;
