import type { FindingKind } from "../../domain/findings/finding.js";

/** What is to be done about a kind of finding, and who needs to fix its cause. docs/audit.md. */
interface Advice {
  todo: string;
  /** What the sender must change; `by` says which team. */
  sender: { by: "app" | "source" | "pipeline"; change: string };
}

const rebuild = "Rebuild the facts: timeback recompute (add --dry-run to see what would change).";
const otherWriter = {
  by: "pipeline",
  change: "the other system that writes processed_facts must stop, or write each source into one fact",
} as const;

/** The advice of every kind. */
export const ADVICE: Readonly<Record<FindingKind, Advice>> = {
  "bundled-xp": {
    todo: "Correct the event: only the exercise's own XP is its own.",
    sender: {
      by: "app",
      change: "send the exercise's own XP only; XP banked for videos and articles arrives through their own results",
    },
  },
  "double-counted": { todo: rebuild, sender: otherWriter },
  "orphan-fact": { todo: rebuild, sender: otherWriter },
  "missing-fact": { todo: rebuild, sender: otherWriter },
  "stale-fact": { todo: rebuild, sender: otherWriter },
  "duplicate-event": {
    todo: "Ask the app whether the work was done twice; both events count until someone decides.",
    sender: { by: "app", change: "send an event again under the same id, never under a new one" },
  },
  disagreement: {
    todo: "Compare both routes with what the student did; the event's XP counts until someone decides.",
    sender: { by: "app", change: "report the same XP and attempt through both routes" },
  },
  conflict: {
    todo: "Compare the two versions; the one that arrived first counts.",
    sender: { by: "app", change: "never reuse an event id for different content" },
  },
  "identity-conflict": {
    todo: "Find out whose work it is; it counts for the student that the id names.",
    sender: { by: "app", change: "name the same student in the id and the email of an actor" },
  },
  "unreadable-xp": {
    todo: "Correct the XP in the source; text that is not a number never counts.",
    sender: { by: "source", change: "write XP as a number" },
  },
  "stale-correction": {
    todo: "Review the correction: the data behind it has changed. It stays in force until someone acts.",
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
