import { expect, test } from "vitest";
import type { ListedFinding } from "../../domain/findings/listed-finding.js";
import type { AppStep, Series, XpStep } from "../../domain/findings/xp-series.js";
import { auditHtml, PAGE_FINDINGS } from "./audit-html.js";

const finding = (n: number): ListedFinding => ({
  id: String(n),
  kind: "orphan-fact",
  verdict: "confirmed",
  studentId: "s",
  email: "<&>\u2028@x",
  date: null,
  app: null,
  summary: `no ${n} </script>`,
  counted: "1.50",
  truth: "0",
  inflation: "1.50",
  pending: false,
  body: "{}",
});

const steps = <Step>(unit: Series<Step>["unit"], list: Step[], omitted = 0): Series<Step> => ({
  unit,
  steps: list,
  omitted,
});

async function page(
  count: number,
  days: Series<XpStep> = steps("day", []),
  inflation: Series<AppStep> = steps("week", []),
): Promise<string> {
  async function* pages() {
    for (let from = 0; from < count; from += 1_000)
      yield Array.from({ length: Math.min(1_000, count - from) }, (_, at) => finding(from + at));
  }
  const overview = {
    totals: { students: 1, facts: 2, countedXp: "90071992547409931.07", inflationXp: "0", trueXp: "1" },
    verdicts: { confirmed: count, probable: 0, suspected: 0 },
    byKind: [],
    byApp: [...new Set(inflation.steps.map(({ app }) => app))].map((name) => ({
      name,
      findings: 1,
      confirmed: 1,
      inflation: "1",
    })),
    byWeek: [],
    calibrations: [],
    blastRadius: null,
  };
  let all = "";
  const asked = {
    scope: "<everybody>",
    overview,
    days,
    inflation,
    sharedEmails: new Set<string>(),
    checked: ["a & b"],
  };
  for await (const part of auditHtml(asked, pages())) all += part;
  return all;
}

const dataOf = (html: string): unknown[] =>
  JSON.parse(/<script type="application\/json" id="data">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? "");

test("a page shows 5,000 findings and says how many more there are", async () => {
  const html = await page(PAGE_FINDINGS + 1_234);
  expect(dataOf(html)).toHaveLength(5_000);
  expect(html).toContain(
    "lists the 5000 most certain and largest of 6234 findings; --format ndjson also has the other 1234",
  );
  expect(await page(PAGE_FINDINGS)).not.toContain("also has the other");
});

test("data cannot close its element, and reads back unchanged; numbers keep every digit", async () => {
  const html = await page(1);
  expect(html.match(/<\/script>/g)).toHaveLength(2);
  expect(html).toContain("&lt;everybody&gt;");
  expect(html).toContain("90071992547409931.07");
  expect(dataOf(html)).toMatchObject([
    { why: ["no 0 </script>", expect.any(String)], student: "<&>\\u2028@x", counted: "1.5" },
  ]);
});

test("missing XP is drawn above counted XP, negative XP below; omitted steps are mentioned", async () => {
  const days = steps(
    "day",
    [
      { from: "2025-03-01", countedXp: "2", trueXp: "5" },
      { from: "2025-03-03", countedXp: "4", trueXp: "-1" },
    ],
    7,
  );
  const html = await page(0, days);
  expect(html).toContain("true, but not counted");
  expect(html).toContain("7 earlier days are not shown.");
  expect(html).toContain("2025-03-03: 4 XP counted, -1 true");
  const axis = [...html.matchAll(/text-anchor="end">([^<]*)</g)].map(([, mark]) => Number(mark));
  expect(Math.min(...axis)).toBeLessThanOrEqual(-1);
  expect(Math.max(...axis)).toBeGreaterThanOrEqual(5);
  for (const [, height] of html.matchAll(/<rect[^>]* height="([^"]*)"/g))
    expect(Number(height)).toBeGreaterThanOrEqual(0);
});

test("surplus apps share one colour, and the table lists all of them", async () => {
  const apps = Array.from({ length: 9 }, (_, at) => `App ${at}`);
  const html = await page(
    0,
    undefined,
    steps(
      "week",
      apps.map((app) => ({ from: "2025-03-03", app, inflationXp: "1.10" })),
    ),
  );
  expect(html).toContain("other apps");
  for (const app of apps) expect(html).toContain(`<th scope="row">2025-03-03</th><td>${app}</td><td>1.1</td>`);
});
