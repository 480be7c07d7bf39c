import fc from "fast-check";
import { eventOfGroup, type Group } from "./generate-events.js";
import { mutation, pathOfGroup, resultOfGroup } from "./generate-rows.js";
import { arranged } from "./plan.js";
import { KEYS, oneOf, SCALE, STRANGERS, STUDENTS } from "./pools.js";
import type { World } from "./world.js";

const MANY = 60;

/** Some events and results that speak, most of them, of one student and one activity. */
const group = fc
  .record({
    student: oneOf(...STUDENTS, ...STRANGERS),
    key: oneOf(...KEYS),
    events: fc.array(eventOfGroup, { minLength: 2, maxLength: 5, size: "max" }),
    results: fc.array(resultOfGroup, { minLength: 1, maxLength: 8, size: "max" }),
    path: fc.option(pathOfGroup),
  })
  .map(({ student, key, events, results, path }) => {
    const shared: Group = { student, key, eventIds: events.map(({ id }) => id) };
    return {
      events: events.map((event) => event.of(shared)),
      mutations: [...results.map((result) => result(shared)), ...(path?.(shared) ?? [])],
    };
  });

/** A world in which events may share an id: the first that is landed stays. */
export const worldWithConflicts: fc.Arbitrary<World> = fc
  .record({
    zone: oneOf("UTC", "America/Chicago", "Asia/Kathmandu", "Pacific/Kiritimati"),
    linkWindowSeconds: oneOf(86_400, 86_400, 86_400, 60),
    testUsers: oneOf("exclude" as const, "exclude" as const, "include" as const),
    groups: fc.array(group, { minLength: 1, maxLength: 3 * SCALE, size: "max" }),
    others: fc.array(mutation, { maxLength: 12 * SCALE, size: "max" }),
    order: fc.array(fc.nat(9), { minLength: MANY, maxLength: MANY }),
  })
  .map(({ groups, others, order, ...rules }) => ({
    ...rules,
    events: groups.flatMap(({ events }) => events),
    mutations: arranged([...groups.flatMap(({ mutations }) => mutations), ...others], order),
  }));

/** A world in which an event id has one body: its facts do not depend on the order of arrival. */
export const worldWithoutConflicts: fc.Arbitrary<World> = worldWithConflicts.map((world) => ({
  ...world,
  events: world.events.filter(({ id }, at) => world.events.findIndex((other) => other.id === id) === at),
}));
