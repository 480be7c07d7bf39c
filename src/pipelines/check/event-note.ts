import type { LinkableEvent } from "../../domain/rules/judging/links.js";
import type { Micros, SpentRecord } from "../../domain/rules/judging/records.js";
import { type Xp, xpFromText } from "../../domain/values/xp.js";
import type { CheckedEvent } from "./records.js";

/** An actor as an event names it; events of equal actors share it. */
export interface ActorNote {
  segment: string | null;
  looksLikeUser: boolean;
  email: string | null;
}

/** What is kept of an ActivityEvent that carries metrics. */
export interface EventNote extends LinkableEvent {
  file: string;
  line: number;
  actor: ActorNote;
  activityName: string | null;
}

/** What is remembered of a TimeSpentEvent. */
export interface SpentNote extends SpentRecord {
  actor: ActorNote;
}

const amount = (text: string | null): Xp | null => (text === null ? null : xpFromText(text));

/** An instant with six decimals in microseconds since 1970. */
export const microsOf = (instant: string): Micros =>
  Date.parse(`${instant.slice(0, 23)}Z`) * 1000 + Number(instant.slice(23, 26));

/** Interns texts and actors: the events of a class repeat them thousands of times. */
export class NoteMaker {
  private readonly texts = new Map<string, string>();
  private readonly actors = new Map<string, ActorNote>();

  /** Every actor so far. */
  get seenActors(): ActorNote[] {
    return [...this.actors.values()];
  }

  actorOf({ segment, looksLikeUser, email }: CheckedEvent["actor"]): ActorNote {
    const key = JSON.stringify([segment, looksLikeUser, email]);
    const known = this.actors.get(key) ?? { segment, looksLikeUser, email };
    this.actors.set(key, known);
    return known;
  }

  noteOf(file: string, line: number, event: CheckedEvent): EventNote {
    const { metrics } = event;
    return {
      file,
      line,
      eventId: event.eventId,
      actor: this.actorOf(event.actor),
      app: this.once(event.app ?? ""),
      at: microsOf(event.occurredAt),
      activityKey: this.once(event.activityKey),
      objectSlug: this.once(event.objectSlug),
      courseId: this.once(event.courseId),
      day: this.once(event.occurredAt.slice(0, "2025-03-01".length)),
      activityName: this.once(event.activityName),
      attempt: event.attempt,
      xp: amount(metrics.xp),
      total: amount(metrics.totalQuestions),
      correct: amount(metrics.correctQuestions),
    };
  }

  /** What is remembered of a TimeSpentEvent. */
  spentOf(event: CheckedEvent): SpentNote {
    return {
      actor: this.actorOf(event.actor),
      at: microsOf(event.occurredAt),
      activityKey: this.once(event.activityKey),
      courseId: this.once(event.courseId),
    };
  }

  private once<T extends string | null>(text: T): T {
    if (text === null) return text;
    const known = this.texts.get(text);
    if (known === undefined) this.texts.set(text, text);
    return (known ?? text) as T;
  }
}
