import { describe, expect, test } from "vitest";
import { activity, eventOf, faultOf, ID, metrics, timeSpent, xp } from "../../../test/support/caliper-samples.js";

describe("a Timeback event is rejected", () => {
  test.each<[string, object, string]>([
    [
      "an unknown event type",
      { type: "MagicEvent" },
      'unknown-type: type: no event type of Caliper or Timeback, found text "MagicEvent"',
    ],
    ["no type", { type: undefined }, "unknown-type: type: no event type of Caliper or Timeback, found nothing"],
    ["the type of an entity", { type: "Person" }, "unknown-type: "],
    [
      "an unknown profile",
      { profile: "MagicProfile" },
      'unknown-profile: profile: expected TimebackProfile, found text "MagicProfile"',
    ],
    [
      "a profile that is no text",
      { profile: ["TimebackProfile"] },
      "unknown-profile: profile: expected TimebackProfile, found a list",
    ],
    ["the other action", { action: "SpentTime" }, 'schema: action: expected "Completed", found text "SpentTime"'],
    ["no id", { id: undefined }, "bad-id: id: expected a UUID or urn:uuid:<UUID>, found nothing"],
    ["an id cut off", { id: ID.slice(1) }, "bad-id: id: "],
    ["no actor", { actor: undefined }, "no-actor: actor: has neither an id nor an email"],
    ["an empty actor", { actor: { id: "", email: " " } }, "no-actor: "],
    ["an actor of another kind", { actor: 5 }, "schema: actor: expected an object or an IRI, found number 5"],
    [
      "an email of another kind",
      { actor: { id: "x", email: 5 } },
      "schema: actor.email: expected text, found number 5",
    ],
    ["no object", { object: undefined }, "schema: object: expected an object or an IRI, found nothing"],
    ["an object that is a list", { object: [] }, "schema: object: expected an object or an IRI, found an empty list"],
    [
      "a name of another kind",
      { object: { activity: { name: true } } },
      "schema: object.activity.name: expected text, found true",
    ],
    ["no time", { eventTime: undefined }, "bad-time: eventTime: expected text, found nothing"],
    [
      "a time without offset",
      { eventTime: "2025-03-01T08:00:00" },
      'bad-time: eventTime: the offset is missing (Z or ±HH:MM), found text "2025-03-01T08:00:00"',
    ],
    [
      "a time in milliseconds",
      { eventTime: 1740816000000 },
      "bad-time: eventTime: expected text, found number 1740816000000",
    ],
    [
      "items that are no list",
      { generated: { items: {} } },
      "schema: generated.items: expected a list, found an object",
    ],
    [
      "an attempt of 1.5",
      { generated: { attempt: 1.5 } },
      "schema: generated.attempt: expected a whole number from 0 to 1000000, found number 1.5",
    ],
    ["a negative attempt", { generated: { attempt: -1 } }, "schema: generated.attempt: "],
    [
      "an attempt as text",
      { generated: { attempt: "1" } },
      'schema: generated.attempt: expected a number, found text "1"',
    ],
  ])("for %s", (_, changes, fault) => {
    expect(faultOf(activity(changes))).toContain(fault);
  });

  test.each<[string, unknown[], string]>([
    ["no object", [5], "bad-metric: generated.items[0]: expected an object, found number 5"],
    ["no type", [{ value: 5 }], "bad-metric: generated.items[0].type: expected text, found nothing"],
    [
      "an empty type",
      [{ type: "", value: 5 }],
      "bad-metric: generated.items[0].type: expected text that is not empty, found empty text",
    ],
    [
      "text",
      [
        { type: "stars", value: 1 },
        { type: "xpEarned", value: "9" },
      ],
      'bad-metric: generated.items[1].value: expected a number, found text "9"',
    ],
    [
      "null",
      [{ type: "xpEarned", value: null }],
      "bad-metric: generated.items[0].value: expected a number, found null",
    ],
    ["true", [{ type: "xpEarned", value: true }], "found true"],
    ["a list", [{ type: "xpEarned", value: [9] }], "found a list"],
    ["nothing", [{ type: "xpEarned" }], "found nothing"],
    [
      "a second one",
      [
        { type: "stars", value: 1 },
        { type: "stars", value: 1 },
      ],
      'duplicate-metric: generated.items[1].type: text "stars" is a duplicate',
    ],
    [
      "too much XP",
      [{ type: "xpEarned", value: 1e9 + 1 }],
      "out-of-range: generated.items[0].value: xpEarned must be from -1000000000 to 1000000000, found number 1000000001",
    ],
    ["too little XP", [{ type: "xpEarned", value: -1e10 }], "out-of-range: "],
    ["a negative count", [{ type: "totalQuestions", value: -1 }], "out-of-range: "],
  ])("for a metric that is %s", (_, items, fault) => {
    expect(faultOf(metrics(...items))).toContain(fault);
  });

  test("for more seconds than a day has", () => {
    const active = (value: number) => timeSpent({ generated: { items: [{ type: "active", value }] } });
    expect(eventOf(active(86_400)).metrics.active).toBe("86400");
    expect(faultOf(active(86_400.001))).toContain(
      "out-of-range: generated.items[0].value: active must be from 0 to 86400",
    );
    expect(faultOf(active(-1))).toContain("out-of-range: ");
  });

  test.each(["1e400", "-1e400", `1${"0".repeat(400)}`])("for an XP of %s", (token) => {
    const text = JSON.stringify(xp(-77)).replace("-77", token);
    expect(faultOf(text)).toContain("bad-metric: generated.items[0].value: expected a finite number, found number ");
  });

  test("for a long number in place of an entity", () => {
    const text = JSON.stringify(activity({ object: { course: -77 } })).replace("-77", "12345678901234567890");
    expect(faultOf(text)).toBe(
      "schema: object.course: expected an object or an IRI, found number 12345678901234567890",
    );
  });

  test.each<[object, string]>([
    [
      { object: { subject: "Ma\0th" } },
      'bad-text: object.subject: holds U+0000 or half a surrogate pair, found text "Ma\\u0000th"',
    ],
    [{ object: { course: { id: "https://host/c%00" } } }, "bad-text: object.course.id: "],
    [{ actor: { email: "a\ud800@x" } }, "bad-text: actor.email: "],
    [{ actor: { id: "a\udc00" } }, "bad-text: actor.id: "],
    [{ extensions: { runId: "\0" } }, "bad-text: extensions.runId: "],
  ])("for text that a database cannot keep: %j", (changes, fault) => {
    expect(faultOf(activity(changes))).toContain(fault);
  });

  test.each([
    [{ actor: { email: `${"é".repeat(500)}@x` } }, "text-too-long: actor.email: has more than 1000 bytes, found text"],
    [{ actor: { id: `https://host/users/${"u".repeat(1001)}` } }, "text-too-long: actor.id: has more than 1000 bytes"],
  ])("for an id or an email that no index can hold (%#)", (changes, fault) => {
    expect(faultOf(activity(changes))).toContain(fault);
  });

  test("but not for one that an index can just hold", () => {
    const email = `${"é".repeat(499)}@x`;
    expect(eventOf(activity({ actor: { id: `https://host/users/${"u".repeat(1000)}`, email } })).actor).toMatchObject({
      ...{ segment: "u".repeat(1000), email },
    });
  });

  test("but not for such text in fields that no fact reads", () => {
    const event = eventOf(activity({ edApp: "\0\ud800", object: { subject: "ünï\u{1f600}" } }));
    expect(event.payload).toContain("\\u0000\\ud800");
    expect(event.subject).toBe("ünï\u{1f600}");
  });
});
