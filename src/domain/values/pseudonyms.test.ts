import { expect, test } from "vitest";
import { namesIn, Pseudonyms } from "./pseudonyms.js";

const IDS = ["maya-chen-7f21", "42", "123456", "Zoe", "=odd id!", "270cb3ab-0c7a-4314-adef-3fcf71ef4604"];
const pseudonyms = new Pseudonyms({ secret: "s", ids: IDS });
const NOBODY = new Set<string>();
const text = (value: string, names: ReadonlySet<string> = NOBODY) => pseudonyms.text(value, names);

test("a person has one pseudonym, whatever the letter case; another secret gives another one", () => {
  const email = pseudonyms.email("Maya@School.example");
  expect(email).toMatch(/^student-[0-9a-f]{10}@redacted\.example$/);
  expect(pseudonyms.email(" maya@school.example ")).toBe(email);
  expect(pseudonyms.student("maya-chen-7f21")).toBe(pseudonyms.student("MAYA-chen-7F21"));
  const elsewhere = new Pseudonyms({ secret: "t", ids: IDS });
  expect(elsewhere.email("maya@school.example")).not.toBe(email);
  expect(elsewhere.student("maya-chen-7f21")).not.toBe(pseudonyms.student("maya-chen-7f21"));
});

test("emails are found in any text, also encoded in a URL and before a file extension", () => {
  const email = pseudonyms.email("maya@school.example");
  expect(text("for <Maya@School.example>, twice: maya@school.example.")).toBe(`for <${email}>, twice: ${email}.`);
  expect(text("https://host/u?of=maya%40school.example&x=1")).toContain(`${email}&x=1`);
  expect(text("in/maya@school.example.ndjson.gz:17")).toMatch(/\.ndjson\.gz:17$/);
  expect(text("数学 @ 10:00, a@b")).not.toContain("a@b");
});

test("ids are found as whole words inside other ids, and nowhere else", () => {
  const id = pseudonyms.student("maya-chen-7f21");
  expect(text("result_maya-chen-7f21_video_5")).toBe(`result_${id}_video_5`);
  expect(text("maya-chen-7f212")).toBe("maya-chen-7f212");
  expect(text("zoe: ZOE_1 and zoey")).toBe(`${pseudonyms.student("Zoe")}: ${pseudonyms.student("Zoe")}_1 and zoey`);
  expect(text("see =odd id! there")).toContain(pseudonyms.student("=odd id!"));
  expect(text("urn:270cb3ab-0c7a-4314-adef-3fcf71ef4604")).toBe(
    `urn:${pseudonyms.student("270cb3ab-0c7a-4314-adef-3fcf71ef4604")}`,
  );
});

test("an id of a few digits is replaced only on its own, not inside dates and amounts", () => {
  expect(text("42")).toBe(pseudonyms.student("42"));
  expect(text("42 XP on 2025-03-42")).toBe("42 XP on 2025-03-42");
  expect(text("result 123456 of 5")).toBe(`result ${pseudonyms.student("123456")} of 5`);
});

test("names from ids and emails are found inside other ids; pseudonyms are kept", () => {
  expect(namesIn("Maya.Chen2@school.example")).toEqual(["maya", "chen"]);
  expect(namesIn("student-0042")).toEqual([]);
  expect(namesIn("270cb3ab-0c7a-4314-adef-3fcf71ef4604")).toEqual([]);
  const names = new Set(["maya"]);
  const hidden = text("nice_result_Maya_video_101, maya2, mayar", names);
  expect(hidden).toBe(`nice_result_${pseudonyms.person("maya")}_video_101, ${pseudonyms.person("maya")}2, mayar`);
  expect(text(hidden, names)).toBe(hidden);
  const email = pseudonyms.email("maya@school.example");
  expect([text(email, names), pseudonyms.email(email)]).toEqual([email, email]);
});
