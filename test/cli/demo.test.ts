import { describe, expect, test } from "vitest";
import { engines } from "../support/engines.js";
import { spawned as timeback } from "../support/timeback.js";

const hasPglite = engines.some(({ name, available }) => name === "pglite" && available);

describe.skipIf(!hasPglite)("the demo", () => {
  test("tells the story of 9 XP that are shown as 15, and ends with the finding and its proof", async () => {
    const { code, stdout, stderr } = await timeback(["demo"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const at = [
      "$ timeback report maya.chen@alphaschool.example\n",
      "2025-03-01  15.00",
      "$ timeback audit maya.chen@alphaschool.example\n",
      "2025-03-01: the dashboard shows 15 XP, the truth is 9.\n",
      'reported 9 XP for "Ratios: the exercise": 9 = 3 own + 5 (Ratios: the video) + 1 (Ratios: the article).\n',
      "2 x 1.25 = 2.5",
      "it should count 3 instead of 9",
    ].map((line) => stdout.indexOf(line));
    expect(at).not.toContain(-1);
    expect(at).toEqual([...at].sort((a, b) => a - b));
  });
});
