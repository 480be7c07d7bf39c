import { textDigest } from "../../domain/text-digest.js";
import { placesNotLanded } from "../../store/landed-payloads.js";
import type { Session } from "../../store/session.js";
import type { Part } from "./parts.js";

/** The first id in a line: that of a bare event, as a rule. Where it is another one, nothing is found under it. */
const FIRST_ID = /"(?:externalI|i)d"\s*:\s*"(?:urn:uuid:)?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"/;

/**
 * Reads the lines that a part left unread. A line that is, byte by byte, the payload of a landed event is that event
 * again: it is counted, and read no further. Afterwards none is unread.
 */
export async function readUnread({ db }: Session, { unread, builder }: Part): Promise<void> {
  if (unread.length === 0) return;
  const supposed = unread.map(({ text }) => FIRST_ID.exec(text)?.[1]?.toLowerCase());
  const asked = [...supposed.keys()].filter((place) => supposed[place] !== undefined);
  const unlike = await placesNotLanded(
    db,
    asked.map((place) => ({
      eventId: supposed[place] as string,
      digest: textDigest(unread[place]?.text.trim() ?? ""),
    })),
  );
  const known = new Set(asked.filter((_, ordinal) => !unlike.has(ordinal)));
  unread.splice(0).forEach((line, place) => {
    if (!known.has(place)) builder.add(line);
  });
  builder.addKnown(known.size);
}
