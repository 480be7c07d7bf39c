const RANDOM_URN = /^urn:uuid:/i;
const USER_PATH = /\/users\/[^/]+$/i;
const USER_URN = /^urn:(?:.*:)?user:[^:/]+$/i;

/**
 * The last segment of an IRI, after the last `/` or `:`; query, fragment and trailing slashes do not count. The
 * segment is percent-decoded, or kept as it is if its percent-encoding is malformed. Null if nothing is left.
 */
export function lastSegment(iri: string): string | null {
  const path = bare(iri);
  let start = path.length;
  while (start > 0 && !isSeparator(path.charCodeAt(start - 1))) start -= 1;
  const segment = path.slice(start);
  if (segment === "") return null;
  return segment.includes("%") ? decoded(segment) : segment;
}

/** The key that identifies an activity in events and results: a last segment, but never that of a random `urn:uuid:`. */
export function activityKeyOf(iri: string): string | null {
  return RANDOM_URN.test(iri) ? null : lastSegment(iri);
}

/** Whether an id has the form of a user: `…/users/<id>` or `urn:…:user:<id>`, in any case. */
export function looksLikeUser(id: string): boolean {
  const path = bare(id);
  return USER_PATH.test(path) || USER_URN.test(path);
}

const SLASH = 47;
const COLON = 58;

const isSeparator = (code: number): boolean => code === SLASH || code === COLON;

/** Index of the first occurrence of a character; the length of the text if there is none. */
function placeOf(character: string, text: string): number {
  const place = text.indexOf(character);
  return place < 0 ? text.length : place;
}

/** The IRI without query, fragment and trailing slashes. */
function bare(iri: string): string {
  let end = Math.min(placeOf("?", iri), placeOf("#", iri));
  while (end > 0 && iri.charCodeAt(end - 1) === SLASH) end -= 1;
  return end === iri.length ? iri : iri.slice(0, end);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
