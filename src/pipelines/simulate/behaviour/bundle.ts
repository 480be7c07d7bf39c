import { type Amount, sumOf } from "../amount.js";
import type { Bundle, SentEvent } from "../school/world.js";
import type { Happening } from "./happenings.js";
import { bandOf, multiplierOf, multiplierTables, ownXp, roundings } from "./own-xp.js";
import type { Sitting } from "./sessions.js";

/** Adds the parts to the event's XP, and says what was done and whether evidence can show it. */
export function bundleOf(
  { own, twins, sitting }: Happening,
  event: SentEvent,
  { parts, isRiseUnseen }: { parts: Bundle["parts"]; isRiseUnseen: boolean },
): Bundle {
  event.xp = own + sumOf(parts.map(({ xp }) => xp));
  return { event, twins, own, parts, why: whyUnproven(event, sitting, parts, isRiseUnseen) };
}

/** Where an app pays by its own rules, its results say what it paid, and XP that the formula would pay says nothing. */
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

/** Whether some rounding and table would pay that XP for the sitting alone. */
function isAllowedSomewhere({ activity, questions, attempt }: Sitting, xp: Amount): boolean {
  return multiplierTables.some((table) =>
    roundings.some(
      (rounding) => ownXp(activity.base, multiplierOf(table, bandOf(questions), attempt), rounding) === xp,
    ),
  );
}
