import { describe, expect, test } from "vitest";
import { activity, eventOf, faultOf, ID, lineOf, only, timeSpent } from "../../../../test/support/caliper-samples.js";
import type { LandableEvent } from "../../../domain/values/caliper-event.js";
import { defaultLimits } from "../../../domain/values/input-limits.js";
import { parseLine } from "./parse.js";

describe("a line", () => {
  const envelope = (...data: unknown[]) => ({ sensor: "https://s", sendTime: "…", dataVersion: "…", data });
  const kinds = (record: unknown) => parseLine(lineOf(record)).map(({ kind }) => kind);

  test("may be an envelope of events and entities", () => {
    expect(kinds(envelope(activity(), { id: "x", type: "Person" }, timeSpent(), 5))).toEqual([
      "event",
      "skipped",
      "event",
      "rejected",
    ]);
  });

  test("may be a list of events and envelopes", () => {
    expect(kinds([activity(), envelope(timeSpent(), activity()), {}])).toEqual(["event", "event", "event", "rejected"]);
    expect(kinds([activity()])).toEqual(["event"]);
  });

  test("keeps as payload of an envelope's member that member alone", () => {
    const [parsed] = parseLine(lineOf(envelope(activity())));
    expect(parsed).toMatchObject({ event: { payload: JSON.stringify(activity()) } });
  });

  test("with a bad member loses that member only", () => {
    expect(kinds(envelope(activity(), activity({ id: "no" }), activity()))).toEqual(["event", "rejected", "event"]);
  });

  test.each([
    [5, "not-caliper", "found number 5"],
    ["null", "not-caliper", "found null"],
    ['"text"', "not-caliper", 'found text "text"'],
    [[], "not-caliper", "found an empty list"],
    [[[activity()]], "not-caliper", "found a list"],
    [{}, "not-caliper", "found an object without a type"],
    [{ id: "x", type: "" }, "not-caliper", "found an object without a type"],
    ["12345678901234567890", "not-caliper", "found number 12345678901234567890"],
    [envelope(), "bad-envelope", "data: expected a list of events and entities, found an empty list"],
    [{ sensor: "s" }, "bad-envelope", "found nothing"],
    [{ sensor: "s", data: activity() }, "bad-envelope", "found an object"],
    [{ data: "x" }, "bad-envelope", 'found text "x"'],
    [envelope(envelope(activity())), "bad-envelope", "an envelope inside an envelope"],
  ])("of %j is one rejected record", (record, code, reason) => {
    const fault = faultOf(record);
    expect(fault).toContain(`${code}: `);
    expect(fault).toContain(reason);
  });

  test.each([
    ['{"id":1}{"id":2}', "position 8"],
    ['{"id":', "position 6"],
    ['{"value":NaN}', "position 9"],
    ["{'id':1}", "position 1"],
    ['{"a":"\u0001"}', "position 6"],
    ["", "end of input"],
    ['{"id":1}\r{"id":2}', "a carriage return alone does not end a line"],
  ])("of %s is not JSON, and says where", (text, place) => {
    expect(faultOf(text)).toMatch(/^not-json: not JSON: /);
    expect(faultOf(text)).toContain(place);
  });

  test("is excerpted to 200 characters, without control characters or halves of surrogate pairs", () => {
    const parsed = only(`${"x".repeat(199)}\u{1f600}`);
    expect(parsed).toMatchObject({ excerpt: "x".repeat(199) });
    expect(only("\u001b[2J\ud800\u202e")).toMatchObject({ excerpt: "\\u001b[2J\\ud800\\u202e" });
  });
});

describe("valid Caliper of other profiles is skipped", () => {
  test.each([
    [{ type: "ViewEvent", eventTime: "x", action: "Viewed" }, "standard Caliper event"],
    [{ type: "OutcomeEvent" }, "standard Caliper event"],
    [{ type: "SurveyInvitationEvent", id: 5 }, "standard Caliper event"],
    [activity({ profile: "GradingProfile" }), "standard Caliper profile"],
    [{ type: "Person", id: "x" }, "entity"],
    [{ type: "TimebackUser" }, "entity"],
  ])("%j", (record, why) => {
    expect(only(record)).toEqual({ kind: "skipped", why });
  });

  test("in an envelope of any type", () => {
    expect(parseLine(lineOf({ type: "Envelope", data: [activity()] })).map(({ kind }) => kind)).toEqual(["event"]);
  });
});

describe("hostile lines", () => {
  const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  const deep = (depth: number) => JSON.stringify(activity({ x: -77 })).replace("-77", nested(depth));

  test.each([1_000, 10_000, 1_000_000])("nesting of %d is one rejected record, alone and among others", (depth) => {
    expect(faultOf(deep(depth))).toContain("too-deep: ");
    const others = parseLine({ text: `[${JSON.stringify(activity())},${deep(depth)}]` });
    expect(others.map(({ kind }) => kind)).toEqual(["event", "rejected"]);
  });

  test("nesting that is merely unusual is read, alone and among others", () => {
    expect(eventOf(deep(900)).eventId).toBe(ID);
    expect(parseLine({ text: `[${deep(900)},1]` })[0]?.kind).toBe("event");
  });

  test("a record nested too deep among others is not kept: it cannot be written", () => {
    const records = parseLine({ text: `[${deep(1_000)},{"id":5}]` });
    expect(records).toMatchObject([
      { code: "too-deep", record: null },
      { code: "not-caliper", record: '{"id":5}' },
    ]);
    expect(parseLine({ text: deep(1_000) })).toMatchObject([{ code: "too-deep", record: deep(1_000) }]);
  });

  test("the text kept of a rejected record is a line that is rejected for the same reason", () => {
    const event = JSON.stringify(activity());
    const inside = { sensor: "s", data: [activity()] };
    for (const text of [
      JSON.stringify({ sensor: "s", data: [inside, [activity()], null, 5, "x", [], {}, activity({ id: "no" })] }),
      `[${event},[${event}],[[${event}]],{"sensor":"s","data":[]},{"data":5,"sensor":12345678901234567890}]`,
      "not JSON",
      `${event}${event}`,
    ])
      for (const parsed of parseLine({ text }).filter(({ kind }) => kind === "rejected"))
        expect(parseLine({ text: ("record" in parsed && parsed.record) || "" })).toEqual([parsed]);
  });

  test("each limit counts what it names", () => {
    const parsed = (record: unknown, limits: object) =>
      parseLine(lineOf(record), { ...defaultLimits, ...limits }).map((one) => ("code" in one ? one.code : one.kind));
    expect(parsed([activity(), activity(), activity()], { maxItems: 4 })).toEqual(["event", "event", "event"]);
    expect(parsed([activity(), activity(), activity(), 1, 2], { maxItems: 4 })).toEqual(["too-many-items"]);
    expect(parsed([activity(), activity()], { maxItems: 3 }), "four metrics").toEqual([
      "too-many-items",
      "too-many-items",
    ]);
    expect(parsed(deep(5), { maxDepth: 6 })).toEqual(["event"]);
    expect(parsed(deep(5), { maxDepth: 5 })).toEqual(["too-deep"]);
  });

  test("deep nesting beside a long number is rejected too", () => {
    expect(faultOf(`[12345678901234567890,${nested(1_000_000)}]`)).toContain("too-deep: ");
  });

  test("__proto__ keys and duplicate keys do no harm", () => {
    const text = JSON.stringify(activity()).replace("{", '{"__proto__":{"type":"x"},"id":"no",');
    expect(eventOf(text).eventId).toBe(ID);
    const exact = text.replace('"value":9}', '"value":8,"value":9.0000000000000000001}');
    expect(eventOf(exact)).toMatchObject({ eventId: ID, metrics: { xp: "9.0000000000000000001" } });
    expect(JSON.parse(parsedMember(exact).payload)).toHaveProperty("eventTime");
    expect(only('{"__proto__":{"type":"Person"}}')).toMatchObject({ code: "not-caliper" });
  });

  const parsedMember = (text: string): LandableEvent => {
    const [parsed] = parseLine({ text: `[${text}]` });
    if (parsed?.kind !== "event") throw new Error(JSON.stringify(parsed));
    return parsed.event;
  };
});
