import type { FindingKind } from "../../domain/findings/finding.js";

/** What to do about a kind of finding, and who must fix its cause. docs/audit.md. */
interface Advice {
  todo: string;
  /** What the sender must change; `by` says which team. */
  sender: { by: "app" | "source" | "pipeline"; change: string };
}

const rebuild = "Rebuild the facts: timeback recompute (with --dry-run it only says what would change).";
const otherWriter = {
  by: "pipeline",
  change: "any other program that writes processed_facts must stop, or write each source into one fact",
} as const;

/** The advice of every kind. */
export const ADVICE: Readonly<Record<FindingKind, Advice>> = {
  "bundled-xp": {
    todo: "Correct the event: only the exercise's own XP is its own.",
    sender: {
      by: "app",
      change: "send the exercise's own XP only; XP that is banked for videos and articles arrives by their own results",
    },
  },
  "double-counted": { todo: rebuild, sender: otherWriter },
  "orphan-fact": { todo: rebuild, sender: otherWriter },
  "missing-fact": { todo: rebuild, sender: otherWriter },
  "stale-fact": { todo: rebuild, sender: otherWriter },
  "duplicate-event": {
    todo: "Ask the app whether the work was done twice; both events count until somebody decides.",
    sender: { by: "app", change: "send an event again under the same id, never under a new one" },
  },
  disagreement: {
    todo: "Compare both routes with what the student did; the event's XP counts until somebody decides.",
    sender: { by: "app", change: "report the same XP and attempt by both routes" },
  },
  conflict: {
    todo: "Compare the two contents; the first that arrived counts.",
    sender: { by: "app", change: "never reuse an event id for different content" },
  },
  "identity-conflict": {
    todo: "Find out whose work it is; it counts for the student that the id names.",
    sender: { by: "app", change: "name one student in the id and the email of an actor" },
  },
  "unreadable-xp": {
    todo: "Correct the XP in the source; text that is not a number never counts.",
    sender: { by: "source", change: "write XP as a number" },
  },
  "stale-correction": {
    todo: "Look at the correction again: what it rests on has changed. It stays in force until a person acts.",
    sender: { by: "source", change: "nothing to mend, unless the change was a mistake" },
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
