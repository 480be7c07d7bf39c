/** What stands before the id in the key of a landed event, and in that of a landed result. */
export const EVENT_PREFIX = "caliper:event:";
export const RESULT_PREFIX = "oneroster:assessment_result:";

/** Names an event (UUID in lower case) among the sources of facts; also the key of the fact that is made from it. docs/facts.md. */
export const eventKey = (id: string): string => `${EVENT_PREFIX}${id}`;
/** Names a result (its sourcedId) among the sources of facts; also the key of the fact of a result that no event explains. */
export const resultKey = (id: string): string => `${RESULT_PREFIX}${id}`;
