import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, startBrowser } from "../support/browser.js";
import { engines } from "../support/engines.js";
import { HOSTILE_APP, hostileSchool, MAYA, type School } from "../support/hostile-school.js";

const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 900 };
// The page is the same from both engines; what it is made of is compared with the other forms, which run on both.
const engine = engines.find(({ available }) => available)?.name ?? "pglite";

interface Finding {
  kind: string;
  verdict: string;
  app: string | null;
  date: string;
}

describe.skipIf(!hasBrowser())("audit --format html, in a browser without a network", () => {
  let school: School;
  let browser: Browser;
  let file: string;
  let json: { totals: Record<string, number>; findings: Finding[] };
  const asked: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    school = await hostileSchool(engine, "audit html");
    file = join(school.folder, "audit.html");
    expect(await school.run("audit", "-q", "--format", "html", "--output", file)).toMatchObject({
      code: 1,
      stdout: "",
    });
    json = JSON.parse((await school.run("audit", "--format", "json")).stdout);
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await school?.database.close();
  });

  async function opened(viewport = DESK, path = file): Promise<Page> {
    const context = await browser.newContext({ viewport, offline: true });
    const page = await context.newPage();
    page.on("request", (request) => asked.push(request.url()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => complaints.push(message.text()));
    await page.goto(pathToFileURL(path).href);
    return page;
  }
  const shown = (page: Page): Promise<number> => page.locator("#findings tbody tr:visible").count();
  const told = (page: Page): Promise<string | null> => page.locator("#findings output").textContent();

  test("shows the totals of the other forms, and asks nobody for anything", async () => {
    asked.length = 0;
    complaints.length = 0;
    const page = await opened();
    const tiles = await page.locator(".tiles div").allInnerTexts();
    const { countedXp, trueXp, inflationXp, facts, students } = json.totals;
    expect({ countedXp, trueXp, inflationXp }).toEqual({ countedXp: 55, trueXp: 49, inflationXp: 6 });
    for (const [name, value] of Object.entries({
      "XP counted": countedXp,
      "XP true": trueXp,
      "over by (confirmed)": inflationXp,
      facts,
      students,
    }))
      expect(tiles).toContain(`${name}\n${value}`);
    expect(await page.locator("body").innerText()).toContain("base XP times the multiplier, rounded or rounded up");
    expect(await page.locator("body").innerText()).toContain("events that carry the banked XP of other activities");
    expect(asked).toEqual([pathToFileURL(file).href]);
    expect(complaints).toEqual([]);
  });

  test("draws counted against true by day, and inflation by app; the numbers stand under the drawings", async () => {
    const page = await opened();
    const titles = await page.locator("svg.wide title").allTextContents();
    expect(titles).toEqual([
      "2025-03-01: 15 XP counted, 9 true",
      "2025-03-12: 40 XP counted, 40 true",
      "2025-02-24: Nice Academy 6",
    ]);
    const [true9, over6] = await page
      .locator("svg.wide g")
      .first()
      .locator("rect.true, rect.over")
      .evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute("height"))));
    expect((true9 ?? 0) / (over6 ?? 1)).toBeCloseTo(9 / 6, 1);
    await page.getByText("The numbers by day").click();
    expect(await page.locator("details[open] tbody tr").allInnerTexts()).toEqual([
      "2025-03-01\t15\t9",
      "2025-03-12\t40\t40",
    ]);
  });

  test("lists every finding with its arithmetic, in the order of the other forms", async () => {
    const page = await opened();
    const rows = await page.locator("#findings tbody tr").allInnerTexts();
    expect(rows).toHaveLength(json.findings.length);
    expect(rows[0]).toContain("9 = 3 own + 5 (Ratios: the video) + 1 (Ratios: the article)");
    expect(rows[0]).toContain("2 x 1.25 = 2.5, rounded to 3");
    expect(rows[0]).toContain("9 → 3");
    expect(rows[0]).toContain(MAYA);
    for (const [at, { kind, verdict, date }] of json.findings.entries())
      for (const part of [kind, verdict, date]) expect(rows[at]).toContain(part);
  });

  test("filters by text, kind, verdict and app, alone and together", async () => {
    const page = await opened();
    const all = json.findings.length;
    const count = (passes: (finding: Finding) => boolean) => json.findings.filter(passes).length;
    expect([await shown(page), await told(page)]).toEqual([all, `${all} of ${all} findings shown`]);
    await page.getByLabel("kind").selectOption("conflict");
    const conflicts = count(({ kind }) => kind === "conflict");
    expect(conflicts).toBeGreaterThan(0);
    expect([await shown(page), await told(page)]).toEqual([conflicts, `${conflicts} of ${all} findings shown`]);
    await page.getByLabel("verdict").selectOption("confirmed");
    expect(await shown(page)).toBe(0);
    await page.getByLabel("kind").selectOption("");
    expect(await shown(page)).toBe(count(({ verdict }) => verdict === "confirmed"));
    await page.getByLabel("verdict").selectOption("");
    await page.locator("select[name=app]").selectOption(HOSTILE_APP);
    expect(await shown(page)).toBe(1);
    await page.locator("select[name=app]").selectOption("");
    await page.getByLabel("text").fill("BANKED video");
    expect(await shown(page)).toBe(1);
  });

  test("data is text: nothing of it runs, and the policy lets nothing else run either", async () => {
    const page = await opened();
    expect(await page.evaluate("window.pwned")).toBeUndefined();
    expect(await page.locator("img, #findings b, iframe, link").count()).toBe(0);
    expect(await page.locator("#findings tbody").innerText()).toContain("</script><script>window.pwned=1</script>");
    expect(await page.locator("#findings tbody").innerText()).toContain("\\u202e\\u2066");
    const ran = await page.evaluate(`
      const script = document.createElement("script");
      script.textContent = "window.pwned = 3";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend", '<p onclick="window.pwned = 4" id="try" style="color:red">x</p>');
      document.getElementById("try").click();
      [window.pwned, getComputedStyle(document.getElementById("try")).color !== "rgb(255, 0, 0)"]`);
    expect(ran).toEqual([undefined, true]);
    const policy = await page.locator("meta[http-equiv]").getAttribute("content");
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+';/);
    expect(policy).not.toContain("unsafe");
  });

  test("on a phone nothing is wider than the screen, and the drawings are made for it", async () => {
    const page = await opened(PHONE);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(PHONE.width);
    expect(await page.locator("svg.narrow:visible").count()).toBe(2);
    expect(await page.locator("svg.wide:visible").count()).toBe(0);
    const size = await page
      .locator("svg.narrow text")
      .first()
      .evaluate((text) => text.getBoundingClientRect().height);
    expect(size).toBeGreaterThan(10);
    await page.getByLabel("verdict").selectOption("confirmed");
    expect(await shown(page)).toBe(1);
  });

  test("on paper every finding stands, also those that a filter hides, and no control", async () => {
    const page = await opened();
    await page.getByLabel("verdict").selectOption("confirmed");
    await page.emulateMedia({ media: "print" });
    expect(await shown(page)).toBe(json.findings.length);
    expect(await page.locator("form:visible").count()).toBe(0);
    expect((await page.pdf({ format: "A4" })).length).toBeGreaterThan(10_000);
  });

  test("of one student, redacted, and of nobody: the page follows what was asked for", async () => {
    const path = join(school.folder, "one.html");
    await school.run("audit", MAYA, "--redact", "--kind", "bundled-xp", "--format", "html", "--output", path);
    const page = await opened(DESK, path);
    expect(await page.locator(".scope").textContent()).toMatch(
      /^student-[0-9a-f]{10}@redacted\.example; findings of kind bundled-xp$/,
    );
    expect(await shown(page)).toBe(1);
    expect(await page.content()).not.toMatch(/maya/i);
    const none = await school.run("audit", "--to", "2020-01-01", "--format", "html");
    await writeFile(path, none.stdout);
    const empty = await opened(DESK, path);
    expect(await empty.locator("body").innerText()).toContain("Nothing was found.");
    expect(await empty.locator("table:visible").count()).toBe(0);
  });

  test("the same data gives the same bytes", async () => {
    const [first, second] = [
      await school.run("audit", "--format", "html"),
      await school.run("audit", "--format", "html"),
    ];
    expect(first.stdout).toBe(second.stdout);
    expect(first.stdout).not.toMatch(/https?:\/\/(?!.*<\/script>)[^\s"']*\.(js|css|png|woff)/);
  });
});
