/**
 * The page's script: renders a row for each finding in the page's JSON, and hides those that do not match the filters. It writes text
 * nodes only, so data cannot become markup.
 */
export const PAGE_SCRIPT = `
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const section = document.getElementById("findings");
const form = section.querySelector("form");
const body = section.querySelector("tbody");
const told = section.querySelector("output");
const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};
const COLUMNS = [
  ["verdict", "verdict", (f) => f.pending ? f.verdict + ", pending" : f.verdict],
  ["kind", "kind", (f) => f.kind],
  ["student", "student", (f) => f.student],
  ["day", "day", (f) => f.date || "not known"],
  ["app", "app", (f) => f.app || "(no app)"],
  ["XP", "number", (f) => f.counted === f.truth ? f.counted : f.counted + " \\u2192 " + f.truth],
  ["over by", "number", (f) => f.inflation],
];
const rows = data.map((finding) => {
  const row = element("tr", finding.verdict);
  row.setAttribute("role", "row");
  const cells = COLUMNS.map(([name, className, text]) => {
    const cell = element("td", className, text(finding));
    cell.dataset.name = name;
    return cell;
  });
  const why = element("td", "why");
  why.dataset.name = "why";
  for (const line of finding.why) why.append(element("p", "", line));
  why.append(element("p", "ids", finding.ids));
  row.append(...cells, why);
  for (const cell of row.children) cell.setAttribute("role", "cell");
  return { row, finding, app: finding.app || "(no app)", text: row.textContent.toLowerCase() };
});
body.append(...rows.map(({ row }) => row));
const choices = { kind: (one) => one.finding.kind, verdict: (one) => one.finding.verdict, app: (one) => one.app };
for (const [name, valueOf] of Object.entries(choices))
  for (const value of new Set(rows.map(valueOf))) {
    const option = element("option", "", value);
    option.value = value;
    form.elements.namedItem(name).append(option);
  }
const valueOf = (name) => form.elements.namedItem(name).value;
const filter = () => {
  const words = valueOf("text").toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const one of rows) {
    const chosen = Object.entries(choices).every(([name, of]) => valueOf(name) === "" || valueOf(name) === of(one));
    const passes = chosen && words.every((word) => one.text.includes(word));
    one.row.classList.toggle("out", !passes);
    if (passes) shown += 1;
  }
  told.textContent = shown + " of " + rows.length + " findings shown";
};
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = rows.length === 0;
filter();
`;
