import { type CaliperEvent, instantText, type Mutation, type World } from "./world.js";

const SECOND = 1_000_000;
const NOON = Date.parse("2025-03-09T12:00:00Z") * 1000;
const HALF_A_DAY = 12 * 3600 * SECOND;

/** One student with one result, and the events that it may link to. */
interface Case {
  lineItem: string;
  result?: { attempt?: number; endedAt?: string; isDay?: boolean };
  /** `after`: seconds from the score date. */
  events: { key: string; after?: number; attempt?: number; xp?: string }[];
}

/** An activity key and a line item's id, in which it stands as a word or not. */
const slugs: readonly (readonly [string, string])[] = [
  ["unit1-unit1", "xunit1-unit1-unit1"],
  ["abcd", "xabcd-abcdy"],
  ["a.*b", "q-a.*b-"],
  ["a.*b", "q-axxb-"],
  ["a\\1b[c", "-a\\1b[c-"],
  ["a^$|(b", "a^$|(b"],
  ["a{1}?+", "%a{1}?+%"],
  ["****", "x****"],
  ["b\u00fccher", "\u00e4b\u00fccher"],
];

/** What chance seldom makes: each place of the order in which a result prefers its events. */
const cases: readonly Case[] = [
  ...slugs.map(([key, lineItem]): Case => ({ lineItem, events: [{ key }] })),
  // the longest slug
  { lineItem: "lesson-res_alpha-2_7", events: [{ key: "res_alpha" }, { key: "res_alpha-2" }] },
  // a day without time after every other rule
  {
    lineItem: "res_alpha-2",
    result: { isDay: true, endedAt: instantText(NOON + 5 * SECOND) },
    events: [{ key: "res_alpha-2" }, { key: "res_alpha", after: 5 }],
  },
  // the minute before the attempt, to its last millisecond; beyond it the attempt before the distance
  {
    lineItem: "abcd",
    result: { attempt: 2 },
    events: [
      { key: "abcd", after: 61, attempt: 2 },
      { key: "abcd", after: 60, attempt: 1 },
    ],
  },
  {
    lineItem: "abcd",
    result: { attempt: 2 },
    events: [
      { key: "abcd", after: -60.001, attempt: 1 },
      { key: "abcd", after: 300, attempt: 2 },
    ],
  },
  {
    lineItem: "abcd",
    result: { attempt: 2 },
    events: [
      { key: "abcd", after: 20, attempt: 1 },
      { key: "abcd", after: -59, attempt: 2 },
    ],
  },
  // the nearest, then the lowest id
  {
    lineItem: "abcd",
    events: [
      { key: "abcd", after: 20 },
      { key: "abcd", after: -10 },
      { key: "abcd", after: 10 },
    ],
  },
  // an event of 0 takes nothing that an event with XP could claim
  { lineItem: "abcd", events: [{ key: "abcd", after: 20, xp: "0" }] },
  {
    lineItem: "abcd",
    events: [
      { key: "abcd", after: 20, xp: "0" },
      { key: "abcd", after: 300, xp: "5" },
    ],
  },
];

const eventsOf = ({ events }: Case, n: number): CaliperEvent[] =>
  events.map(({ key, after = 0, attempt = null, xp = "3" }, at) => ({
    id: `9e3779b1-00${String(n).padStart(2, "0")}-4000-8000-00000000000${at}`,
    idForm: "urn",
    type: "ActivityEvent",
    actorId: `https://host/users/stu-${n}`,
    email: null,
    objectId: `https://host/${encodeURIComponent(key)}`,
    activityId: null,
    at: NOON + Math.round(after * SECOND),
    offset: 0,
    attempt,
    items: { xpEarned: xp },
  }));

const resultOf = ({ lineItem, result: { isDay = false, ...evidence } = {} }: Case, n: number): Mutation => ({
  table: "assessment_results",
  id: `ar-${n}`,
  row: {
    status: "active",
    student: `stu-${n}`,
    lineItem,
    scoreDate: isDay ? NOON - HALF_A_DAY : NOON,
    isDay,
    metadata: { xp: 3, ...evidence },
  },
});

/** Every case with a student of its own. */
export const exampleWorld: World = {
  zone: "UTC",
  linkWindowSeconds: 86_400,
  testUsers: "exclude",
  events: cases.flatMap(eventsOf),
  mutations: cases.map(resultOf),
};
