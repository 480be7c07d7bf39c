import type { FindingKind } from "../../domain/findings/finding.js";

/** What to do about a kind of finding, and who must fix its cause. docs/audit.md. */
interface Advice {
  todo: string;
  /** What the sender must change; `by` says which team. */
  sender: { by: "app" | "source" | "pipeline"; change: string };
}

const rebuild = "Rebuild the facts: timeback recompute (--dry-run only shows what would change).";
const otherWriter = {
  by: "pipeline",
  change: "no other program should write to processed_facts, or it should write each source into one fact only",
} as const;

/** The advice of every kind. */
export const ADVICE: Readonly<Record<FindingKind, Advice>> = {
  "bundled-xp": {
    todo: "Correct the event: it should count the exercise's own XP only.",
    sender: {
      by: "app",
      change: "send the exercise's own XP only; banked XP for videos and articles arrives through their own results",
    },
  },
  "double-counted": { todo: rebuild, sender: otherWriter },
  "orphan-fact": { todo: rebuild, sender: otherWriter },
  "missing-fact": { todo: rebuild, sender: otherWriter },
  "stale-fact": { todo: rebuild, sender: otherWriter },
  "duplicate-event": {
    todo: "Ask the app whether the work was done twice; both events count until a person decides.",
    sender: { by: "app", change: "send an event again under the same id, never under a new one" },
  },
  disagreement: {
    todo: "Compare both routes with what the student did; the event's XP counts until a person decides.",
    sender: { by: "app", change: "report the same XP and attempt through both routes" },
  },
  conflict: {
    todo: "Compare the two versions; the first to arrive counts.",
    sender: { by: "app", change: "never reuse an event id for different content" },
  },
  "identity-conflict": {
    todo: "Find out whose work it is; it counts for the student named by the id.",
    sender: { by: "app", change: "use an actor id and email that belong to the same student" },
  },
  "unreadable-xp": {
    todo: "Correct the XP in the source; text that is not a number never counts.",
    sender: { by: "source", change: "write XP as a number" },
  },
  "stale-correction": {
    todo: "Review the correction: its underlying data has changed. It stays in force until a person undoes it.",
    sender: { by: "source", change: "nothing to fix, unless the change was a mistake" },
  },
};

/** `The team of Nice Academy: send …`. */
export function senderLine(kind: FindingKind, app: string | null): string {
  const { by, change } = ADVICE[kind].sender;
  const team = {
    app: `The team of ${app ?? "the app (it has no name)"}`,
    source: "The owner of the source",
    pipeline: "Data engineering",
  };
  return `${team[by]}: ${change}.`;
}
