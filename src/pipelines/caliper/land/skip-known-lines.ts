import type { Session } from "../../../store/engine/session.js";
import { placesNotLanded } from "../../../store/landing/known-payloads.js";
import type { Part } from "./parts.js";

/**
 * Reads the lines that a part left unread. A line that is, byte by byte, the payload of a landed event is that event
 * again: it is counted, and read no further. Afterwards none is unread.
 */
export async function readUnread({ db }: Session, { unread, builder }: Part): Promise<void> {
  if (unread.length === 0) return;
  const lines = unread.toRead(await placesNotLanded(db, unread.supposed));
  builder.addKnown(unread.length - lines.length);
  unread.clear();
  for (const line of lines) builder.add(line);
}
