/** Key prefixes of landed events and of landed results. */
export const EVENT_PREFIX = "caliper:event:";
export const RESULT_PREFIX = "oneroster:assessment_result:";

/** The source key of an event (UUID in lower case), which is also the key of its fact. docs/facts.md. */
export const eventKey = (id: string): string => `${EVENT_PREFIX}${id}`;
/** The source key of a result (its sourcedId), which is also the key of its fact if no event explains it. */
export const resultKey = (id: string): string => `${RESULT_PREFIX}${id}`;
