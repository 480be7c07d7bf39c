import { describe, expect, test } from "vitest";
import {
  activity,
  eventOf,
  faultOf,
  ID,
  metrics,
  noMetrics,
  only,
  timeSpent,
  xp,
} from "../../../../test/support/caliper-samples.js";
import { parseLine } from "./parse.js";

describe("an event", () => {
  test("of a completed exercise is read with every field that facts use", () => {
    expect(eventOf(activity())).toEqual({
      eventId: ID,
      eventType: "ActivityEvent",
      actor: { segment: "u1", looksLikeUser: true, email: "ada@school.example" },
      occurredAt: "2025-03-01T08:00:00.000000Z",
      activityKey: "res_1",
      objectSlug: "ex-1",
      subject: "Math",
      app: "Math Lab",
      courseId: "c-1",
      courseName: "Math 3",
      activityName: "Fractions",
      attempt: 1,
      runId: "run-1",
      metrics: { ...noMetrics, xp: "9", totalQuestions: "10", correctQuestions: "8", masteredUnits: "0.5" },
      payload: JSON.stringify(activity()),
    });
  });

  test("of time spent has its five kinds of seconds", () => {
    expect(eventOf(timeSpent()).metrics).toEqual({
      ...noMetrics,
      active: "0.5",
      inactive: "1.5",
      waste: "2.5",
      unknown: "3.5",
      antiPattern: "4.5",
    });
  });

  test("may omit everything but id, type, actor, object and eventTime", () => {
    const event = {
      id: ID,
      type: "ActivityEvent",
      actor: { email: "a@x" },
      object: {},
      eventTime: "2025-03-01T08:00:00Z",
    };
    expect(eventOf(event)).toMatchObject({
      actor: { segment: null, looksLikeUser: false, email: "a@x" },
      activityKey: null,
      objectSlug: null,
      subject: null,
      app: null,
      courseId: null,
      courseName: null,
      activityName: null,
      attempt: null,
      runId: null,
      metrics: noMetrics,
    });
  });

  test("may have null or blank text in every optional field", () => {
    const object = { id: "x", subject: "", app: { name: "" }, course: null, activity: { id: null, name: " " } };
    const nulls = { profile: null, action: null, object, generated: null, extensions: null };
    expect(eventOf(activity(nulls))).toMatchObject({ activityKey: "x", subject: null, app: null, activityName: null });
    expect(eventOf(activity({ generated: { attempt: null, items: null } })).metrics).toEqual(noMetrics);
    expect(eventOf(metrics()).metrics).toEqual(noMetrics);
  });

  test("may name its entities by IRI alone", () => {
    const object = { app: "https://apps/1", course: "https://host/courses/c-1", activity: "https://host/resources/r" };
    expect(eventOf(activity({ actor: "urn:timeback:user:u1", object, generated: "urn:uuid:1" }))).toMatchObject({
      actor: { segment: "u1", looksLikeUser: true, email: null },
      activityKey: "r",
      app: null,
      courseId: "c-1",
      courseName: null,
      activityName: null,
      metrics: noMetrics,
    });
    expect(eventOf(activity({ object: "https://app/activities/ex-1" })).activityKey).toBe("ex-1");
  });

  test.each([
    [`URN:UUID:${ID.toUpperCase()}`, ID],
    [ID.toUpperCase(), ID],
    ["9e3779b1-0001-5000-c000-00000000000a", "9e3779b1-0001-5000-c000-00000000000a"],
  ])("with the id %s is %s", (id, eventId) => {
    expect(eventOf(activity({ id })).eventId).toBe(eventId);
  });

  test("in its stored form is identified by its externalId", () => {
    expect(eventOf(activity({ id: 20, externalId: ID, sensor: "s" })).eventId).toBe(ID);
    const long = JSON.stringify(activity({ id: 1, externalId: ID })).replace('"id":1', '"id":12345678901234567890');
    expect(eventOf(long).eventId).toBe(ID);
    expect(eventOf(activity({ externalId: null })).eventId).toBe(ID);
    expect(faultOf(activity({ id: 12 }))).toBe("bad-id: id: expected a UUID or urn:uuid:<UUID>, found number 12");
    expect(faultOf(activity({ externalId: "12" }))).toContain("bad-id: externalId: expected a UUID");
  });

  test("with a random object id takes its activity's id as key, or none", () => {
    const random = "urn:uuid:11111111-2222-4333-8444-555555555555";
    expect(eventOf(activity({ object: { id: random, activity: { id: "https://host/r/res_1" } } })).activityKey).toBe(
      "res_1",
    );
    expect(eventOf(activity({ object: { id: "https://host/a/ex-1", activity: { id: random } } })).activityKey).toBe(
      "ex-1",
    );
    expect(eventOf(activity({ object: { id: random } }))).toMatchObject({
      activityKey: null,
      objectSlug: "11111111-2222-4333-8444-555555555555",
    });
  });

  test.each([
    ["https://host/a/ex1", null],
    ["https://host/a/ex-1", "ex-1"],
    ["https://host/a/res_1", null],
    ["https://host/a/%F0%9F%98%80ab", null],
  ])("with the object %s has the slug %s", (id, objectSlug) => {
    expect(eventOf(activity({ object: { id, activity: { id: "res_1" } } })).objectSlug).toBe(objectSlug);
  });

  test("ignores a run id that is not text", () => {
    expect(eventOf(activity({ extensions: { runId: 5 } })).runId).toBeNull();
    expect(eventOf(activity({ extensions: [] })).runId).toBeNull();
  });

  test("keeps the metrics of the other type, and unknown ones, in its payload only", () => {
    const items = [
      { type: "active", value: 1e9 },
      { type: "stars", value: -3 },
    ];
    const event = eventOf(metrics(...items));
    expect(event.metrics).toEqual(noMetrics);
    expect(event.payload).toContain(JSON.stringify(items));
    expect(eventOf(timeSpent({ generated: { items: [{ type: "xpEarned", value: 5 }] } })).metrics).toEqual(noMetrics);
  });

  test("reports zero as 0 and nothing as null", () => {
    expect(eventOf(xp(0)).metrics).toMatchObject({ xp: "0", totalQuestions: null });
  });

  test("keeps its line as payload, byte for byte", () => {
    const text = `{ "id" : "${ID}","type":"ActivityEvent","actor":"u","object":{},"eventTime":"2025-03-01T08:00:00Z","x":1.50 }`;
    expect(eventOf(`  ${text}\t`).payload).toBe(text);
  });
});

describe("XP is exact", () => {
  test.each([
    ["2.39", "2.39"],
    ["-4", "-4"],
    ["-0", "0"],
    ["5.00", "5"],
    ["1e2", "100"],
    ["0.000000000000000000000000000001", "0.000000000000000000000000000001"],
    ["9.999999999999999999", "9.999999999999999999"],
    ["123456789.123456789012345678901234567891", "123456789.123456789012345678901234567891"],
    ["1.5E-100", `0.${"0".repeat(99)}15`],
  ])("%s is %s", (token, decimal) => {
    const text = JSON.stringify(xp(-77)).replace("-77", token);
    expect(eventOf(text).metrics.xp).toBe(decimal);
    expect(eventOf(text).payload).toBe(text);
  });

  test("also in the payload of an envelope's member", () => {
    const text = JSON.stringify(xp(-77)).replace("-77", "9.999999999999999999");
    const [first, second] = parseLine({ text: `{"sensor":"s","data":[${text},${JSON.stringify(activity())}]}` });
    expect(first).toMatchObject({ event: { payload: text, metrics: { xp: "9.999999999999999999" } } });
    expect(second).toEqual(only(activity()));
  });
});
