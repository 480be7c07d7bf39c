import type { Session } from "../../../store/engine/session.js";
import { placesNotLanded } from "../../../store/landing/known-payloads.js";
import type { Part } from "./parts.js";

/**
 * Resolves a part's unparsed lines. A line that is byte for byte the payload of a landed event is counted as known; the others are
 * parsed. Afterwards no line is unparsed.
 */
export async function skipKnownLines({ db }: Session, { unparsed, builder }: Part): Promise<void> {
  if (unparsed.length === 0) return;
  const lines = unparsed.toParse(await placesNotLanded(db, unparsed.candidates));
  builder.addKnown(unparsed.length - lines.length);
  unparsed.clear();
  for (const line of lines) builder.add(line);
}
