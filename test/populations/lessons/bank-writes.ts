import type { Cents } from "../kit/cents.js";
import { instant, localDay, SECOND } from "../kit/clock.js";
import type { Version } from "../ledger/records.js";
import type { World } from "../school/world.js";
import { writtenAs } from "./known-as.js";
import type { Aftermath, Plan, Watched } from "./plan.js";

/** The writes of a video's or article's result: none, or at 0 when it is watched, with XP when it is banked, and later. */
export function bankVersions(world: World, { lesson }: Plan, one: Watched): Version[] {
  const { app, person, slot, school } = lesson;
  if (one.outcome === "unseen") return [];
  const seenAt = Math.min(slot.syncAt ?? one.watchedAt, one.bankedAt - SECOND);
  const about = { nice_timeSpent: one.seconds, subject: app.subject, appName: app.name };
  const waiting: Version = {
    ...{ at: seenAt, status: "active", xp: 0, score: 100, scoreAt: seenAt, scoreDay: null },
    studentId: writtenAs(person, app, seenAt).userId,
    metadata: { ...about, courseSourcedId: courseOf(world, lesson.course.ids, seenAt) },
  };
  const failed = one.outcome === "failed" || one.pays === 0;
  const before = app.bank.waits || failed ? [waiting] : [];
  if (failed) return before;
  const isEverywhere = app.bank.stamps === "everywhere";
  const banked: Version = {
    ...waiting,
    at: one.bankedAt,
    xp: one.pays,
    scoreAt: isEverywhere ? one.bankedAt : seenAt,
    scoreDay: one.byDay ? localDay(school.zone, one.bankedAt) : null,
    metadata: {
      ...waiting.metadata,
      ...(one.reason === null ? {} : { xpReason: one.reason }),
      ...(isEverywhere ? { completedAt: instant(one.bankedAt) } : {}),
    },
  };
  return [...before, banked, ...laterVersions(banked, one.aftermath)];
}

const courseOf = ({ moments }: World, ids: readonly [string, string], at: number): string =>
  ids[at >= moments.rollover ? 1 : 0];

function laterVersions(banked: Version, aftermath: Aftermath | null): Version[] {
  if (!aftermath) return [];
  const { at, kind } = aftermath;
  const xp: Cents = aftermath.xp;
  if (kind === "deleted") return [{ ...banked, at, status: "tobedeleted" }];
  const { xpReason, ...metadata } = banked.metadata;
  const reason = kind === "revoked" ? "Revoked" : xpReason;
  return [{ ...banked, at, xp, metadata: { ...metadata, ...(reason === undefined ? {} : { xpReason: reason }) } }];
}
