import fc from "fast-check";
import { at, EMAILS, EVENT_IDS, KEYS, oneOf, rarely, STRANGERS, STUDENTS, seldom, XP } from "./pools.js";
import type { CaliperEvent } from "./world.js";

/** What the events and results of a group share, most of them. */
export interface Group {
  student: string;
  key: string;
  /** Ids of its events; its results may name them. */
  eventIds: readonly string[];
}

const userId = fc
  .tuple(
    oneOf(
      "https://host/users/",
      "https://host/users/",
      "/rostering/1.0/users/",
      "urn:timeback:user:",
      "https://host/people/",
      "",
    ),
    seldom(oneOf(null), oneOf(...STUDENTS, ...STRANGERS)),
    oneOf("", "", "/", "?x=1"),
  )
  .map(
    ([path, segment, end]) =>
      ({ student }: Group) =>
        `${path}${encodeURIComponent(segment ?? student)}${end}`,
  );
const actor = seldom(
  fc.record({ actorId: userId, email: seldom(oneOf(null), oneOf(...EMAILS)) }),
  fc.record({ actorId: fc.constant(() => null), email: oneOf(...EMAILS) }),
);

/** The group's key, seldom a longer one or any other. */
const keyed = seldom(
  oneOf(({ key }: Group) => key),
  oneOf(({ key }: Group) => `${key}-2`, ...KEYS.map((key) => () => key)),
).map((keyOf) => (group: Group) => `https://host/resources/${encodeURIComponent(keyOf(group))}`);
const fixed = (...ids: (string | null)[]) => oneOf(...ids).map((id) => () => id);
const object = fc.record({
  activityId: seldom(keyed, fixed(null, "urn:uuid:5c6a2cc2-0000-4000-8000-000000000001")),
  objectId: fc.oneof(
    keyed,
    oneOf(
      "urn:uuid:5c6a2cc2-0000-4000-8000-000000000002",
      "https://app/activities/abcd",
      "https://app/lesson-abcd",
    ).map((id) => () => id),
  ),
});

const activityItems = rarely(
  fc.record({ xpEarned: oneOf("0", ...XP), totalQuestions: oneOf("10", "4.0") }, { requiredKeys: ["xpEarned"] }),
  fc.record({ totalQuestions: oneOf("10"), shoeSize: oneOf("44") }, { requiredKeys: ["shoeSize"] }),
);
const timeItems = fc.record({ active: oneOf("60", "14.995"), waste: oneOf("0", "1.005") }, { requiredKeys: [] });
const kind = seldom(
  fc.record({ type: fc.constant("ActivityEvent" as const), items: activityItems }),
  fc.record({ type: fc.constant("TimeSpentEvent" as const), items: timeItems }),
);
const defined = (items: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(items).filter((item): item is [string, string] => item[1] !== undefined));

const rest = fc.record({
  idForm: oneOf("urn" as const, "bare" as const, "upper" as const, "stored" as const),
  at,
  offset: oneOf(0, 330, -360),
  attempt: oneOf(null, 0, 1, 2, 1, 2),
});

/** An event of a group that is still to be named, and its id. */
export const eventOfGroup: fc.Arbitrary<{ id: string; of(group: Group): CaliperEvent }> = fc
  .tuple(oneOf(...EVENT_IDS), actor, object, kind, rest)
  .map(([id, { actorId, email }, { activityId, objectId }, { type, items }, others]) => ({
    id,
    of: (group) => ({
      id,
      type,
      actorId: actorId(group),
      email,
      activityId: activityId(group),
      objectId: objectId(group),
      items: defined(items),
      ...others,
    }),
  }));
