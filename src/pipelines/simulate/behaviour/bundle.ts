import { type Amount, sumOf } from "../amount.js";
import type { Bundle, SentEvent } from "../school/world.js";
import type { Happening } from "./happenings.js";
import { bandOf, multiplierOf, multiplierTables, ownXp, roundings } from "./own-xp.js";
import type { Sitting } from "./sessions.js";

/** Adds the parts to the event's XP and describes the bundle, with the reason if evidence cannot prove it. */
export function bundleOf(
  { own, twins, sitting }: Happening,
  event: SentEvent,
  { parts, isRiseUnseen }: { parts: Bundle["parts"]; isRiseUnseen: boolean },
): Bundle {
  event.xp = own + sumOf(parts.map(({ xp }) => xp));
  return { event, twins, own, parts, why: whyUnproven(event, sitting, parts, isRiseUnseen) };
}

/**
 * Why evidence cannot prove the bundle; null if it can. Apps that pay by their own rules have results with the XP paid, so XP that
 * the formula would allow is no obstacle.
 */
function whyUnproven(
  { app, xp }: SentEvent,
  sitting: Sitting,
  parts: Bundle["parts"],
  isRiseUnseen: boolean,
): string | null {
  if (parts.some(({ failed }) => failed)) return "bank write failed";
  if (isRiseUnseen) return "rise never seen";
  return app.pays === "formula" && isAllowedSomewhere(sitting, xp ?? 0) ? "looks like own XP" : null;
}

/** Whether some formula pays that XP for the sitting alone. */
function isAllowedSomewhere({ activity, questions, attempt }: Sitting, xp: Amount): boolean {
  return multiplierTables.some((table) =>
    roundings.some(
      (rounding) => ownXp(activity.base, multiplierOf(table, bandOf(questions), attempt), rounding) === xp,
    ),
  );
}
