const RANDOM_URN = /^urn:uuid:/i;
const USER_PATH = /\/users\/[^/]+$/i;
const USER_URN = /^urn:(?:.*:)?user:[^:/]+$/i;

/**
 * The last segment of an IRI, after the last `/` or `:`; query, fragment and trailing slashes do not count. The
 * segment is percent-decoded, or kept as it is where the percent signs are malformed. Null where nothing is left.
 */
export function lastSegment(iri: string): string | null {
  const path = bare(iri);
  const segment = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf(":")) + 1);
  if (segment === "") return null;
  return segment.includes("%") ? decoded(segment) : segment;
}

/** The key by which events and results name one activity: a last segment, but never that of a random `urn:uuid:`. */
export function activityKeyOf(iri: string): string | null {
  return RANDOM_URN.test(iri) ? null : lastSegment(iri);
}

/** True where an id has the shape of a user: `…/users/<id>` or `urn:…:user:<id>`, in any case. */
export function looksLikeUser(id: string): boolean {
  const path = bare(id);
  return USER_PATH.test(path) || USER_URN.test(path);
}

/** Without query, fragment and trailing slashes. */
function bare(iri: string): string {
  const cut = iri.search(/[?#]/);
  let end = cut < 0 ? iri.length : cut;
  while (end > 0 && iri[end - 1] === "/") end -= 1;
  return end === iri.length ? iri : iri.slice(0, end);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
