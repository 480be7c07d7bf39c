import type { AuditRules } from "../audit-rules.js";
import {
  type EventRecord,
  type ResourceRecord,
  type ResultRecord,
  type StudentRecords,
  saysBanked,
} from "./records.js";
import { twinGroups } from "./twins.js";

/** A group of twins, judged as one event, with the results linked to any of them. */
export interface JudgedEvent<E extends EventRecord = EventRecord> {
  /** The earliest; among equals that with the lowest id. */
  event: E;
  twins: readonly E[];
  linked: readonly ResultRecord[];
  resource: ResourceRecord | null;
  /** The event's own, else that of a linked result with a known resource. */
  activityKey: string | null;
  /** Watched or read: its XP is its own. */
  isPassive: boolean;
}

const NONE: readonly ResultRecord[] = [];

function linkedOf<E extends EventRecord>({ links }: StudentRecords<E>, group: readonly E[]): readonly ResultRecord[] {
  const [first] = group;
  if (group.length === 1 && first !== undefined) return links.get(first) ?? NONE;
  return group.flatMap((event) => links.get(event) ?? NONE);
}

/** The activity of the first linked result with a known resource. */
const throughResult = ({ resource }: StudentRecords, linked: readonly ResultRecord[]): string | null =>
  linked
    .map(({ activityKey }) => activityKey)
    .filter((key) => resource(key) !== null)
    .sort()[0] ?? null;

/** A student's events, twins grouped, by time, then id. */
export function judgedEventsOf<E extends EventRecord>(records: StudentRecords<E>, rules: AuditRules): JudgedEvent<E>[] {
  const banked = new Set(
    records.results.filter(({ reason }) => saysBanked(reason)).map(({ activityKey }) => activityKey),
  );
  return twinGroups(records.events, rules).map((group) => {
    const [event, ...twins] = group;
    const linked = linkedOf(records, group);
    const own = records.resource(event.activityKey);
    const through = own === null ? throughResult(records, linked) : null;
    const resource = own ?? records.resource(through);
    const activityKey = event.activityKey ?? through;
    const isPassive = (resource?.isPassive ?? false) || (activityKey !== null && banked.has(activityKey));
    return { event, twins, linked, resource, activityKey, isPassive };
  });
}
