import { describe, expect, test } from "vitest";
import { activityKeyOf, lastSegment, looksLikeUser } from "./iri.js";

describe("lastSegment", () => {
  test.each([
    ["https://host/resources/v1p2/resources/res_000001", "res_000001"],
    ["https://host/activities/abc/?attempt=2#top", "abc"],
    ["https://host/activities/abc//", "abc"],
    ["https://host/a#b/c", "a"],
    ["urn:timeback:user:42", "42"],
    ["urn:uuid:9e3779b1-0001-4000-8000-000000000000", "9e3779b1-0001-4000-8000-000000000000"],
    ["https://host/a:b", "b"],
    ["plain", "plain"],
    ["https://host/caf%C3%A9%20one", "café one"],
    ["https://host/a%2Fb", "a/b"],
    ["https://host/100%", "100%"],
    ["https://host/%ff%20", "%ff%20"],
  ])("of %s is %s", (iri, segment) => {
    expect(lastSegment(iri)).toBe(segment);
  });

  test.each(["", "/", "https://", "urn:uuid:", "?q=1", "#top"])("%j has none", (iri) => {
    expect(lastSegment(iri)).toBeNull();
  });
});

test("a random urn:uuid is never an activity key, whatever its letter case", () => {
  expect(activityKeyOf("URN:UUID:9e3779b1-0001-4000-8000-000000000000")).toBeNull();
  expect(activityKeyOf("https://host/activities/9e3779b1-0001-4000-8000-000000000000")).not.toBeNull();
});

describe("looksLikeUser", () => {
  test.each([
    "https://api.timeback.example/ims/oneroster/rostering/v1p2/users/abc",
    "/rostering/1.0/users/abc",
    "https://host/users/abc/?x=1",
    "urn:timeback:user:abc",
    "URN:uk:org:User:abc",
    "urn:user:abc",
  ])("%s does", (id) => {
    expect(looksLikeUser(id)).toBe(true);
  });

  test.each(["https://host/users/", "https://host/people/abc", "urn:uuid:abc", "urn:timeback:user:", "abc", ""])(
    "%j does not",
    (id) => {
      expect(looksLikeUser(id)).toBe(false);
    },
  );
});
