import { type EventText, eventUuid } from "./audit-desk.js";
import type { Row } from "./engines.js";

/** Numbers from a seed, the same in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface SpoiltResult {
  id: string;
  student: string;
  activity: string;
  time: string;
  metadata: Row;
}

/** Events and results of many students, and statements that spoil their facts in every way at once. */
export interface Spoilt {
  events: EventText[];
  results: SpoiltResult[];
  damage: string[];
}

const FIRST_ID = 1_000;
const EVENTS = 8;
const RESULTS = 8;
const XP = [0, 0.5, 2.39, 3, 5, -1, null];

/** A mixture of every fault, decided by one seed: the same in every run. */
export function spoil(students: readonly string[]): Spoilt {
  const spoilt: Spoilt = { events: [], results: [], damage: [] };
  const pick = seeded(2_025);
  const two = (n: number) => String(n).padStart(2, "0");
  students.forEach((student, at) => {
    for (let n = 0; n < EVENTS; n += 1)
      spoilt.events.push({
        id: FIRST_ID + at * EVENTS + n,
        student,
        at: `2025-03-01T${two(pick(20))}:${two(pick(60))}:00.000Z`,
        xp: XP[pick(XP.length)] ?? null,
        activity: `res-${pick(5)}`,
      });
    for (let n = 0; n < RESULTS; n += 1)
      spoilt.results.push({
        id: `mix-${at}-${n}`,
        student,
        activity: `res-${pick(7)}`,
        time: `${two(pick(20))}:${two(pick(60))}:00`,
        metadata: { xp: XP[pick(XP.length)] ?? null, ...(pick(3) === 0 ? { attempt: pick(3) } : {}) },
      });
    spoilt.damage.push(...damageOf(student, at, students, pick));
  });
  return spoilt;
}

function damageOf(student: string, at: number, students: readonly string[], pick: (below: number) => number): string[] {
  const source = () =>
    [
      () => `caliper:event:${eventUuid(FIRST_ID + at * EVENTS + pick(EVENTS))}`,
      () => `oneroster:assessment_result:mix-${at}-${pick(RESULTS)}`,
      () => `oneroster:assessment_result:mix-${pick(students.length)}-${pick(RESULTS)}`,
      () => `legacy:${pick(4)}`,
    ][pick(4)]?.() ?? "";
  const written = Array.from({ length: pick(6) }, (_, n) => {
    const sources = Array.from({ length: pick(4) }, () => `'${source()}'`);
    const key = pick(3) === 0 ? source() : `w-${n}`;
    return `insert into timeback.processed_facts (student_id, fact_key, event_type, occurred_at, date, time_zone, xp_earned, sources)
      values ('${student}', '${key}', 'ActivityEvent', '2025-03-01 08:00:00Z', '2025-03-01', 'UTC', ${XP[pick(XP.length)]}, array[${sources}]::text[])
      on conflict do nothing`;
  });
  const key = `(select fact_key from timeback.processed_facts where student_id = '${student}' order by md5(fact_key) limit 1 offset ${pick(6)})`;
  const changed = [
    `delete from timeback.processed_facts where student_id = '${student}' and fact_key = ${key}`,
    `update timeback.processed_facts set xp_earned = xp_earned + 1 where student_id = '${student}' and fact_key = ${key}`,
    `update timeback.processed_facts set student_id = '${students[pick(students.length)]}' where student_id = '${student}' and fact_key = ${key}`,
    `update timeback.processed_facts set app = 'x', sources = sources || array['${source()}'] where student_id = '${student}' and fact_key = ${key}`,
  ];
  return [...changed.filter(() => pick(2) === 0), ...written];
}
