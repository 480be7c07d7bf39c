import { TimebackError, WorkError } from "../../errors.js";

/** Advice by error code of PostgreSQL, the network and TLS. A five-character code is an SQLSTATE. */
const ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there: is the server running, are host and port right?",
  ENOTFOUND: "the host name is unknown",
  EAI_AGAIN: "the host name could not be looked up: try again",
  ETIMEDOUT: "the server does not answer",
  EHOSTUNREACH: "the host is unreachable",
  ENETUNREACH: "the network is unreachable",
  ECONNRESET: "the connection was lost",
  EPIPE: "the connection was lost",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is not trusted: name the CA with sslrootcert=<file> in the URL",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is not trusted: name it with sslrootcert=<file> in the URL",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate is not trusted: name the CA with sslrootcert=<file> in the URL",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is not trusted: name the CA with sslrootcert=<file> in the URL",
  CERT_HAS_EXPIRED: "its certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host",
  "28P01": "user or password is wrong",
  "28000": "this user may not log in",
  "3D000": "check the name in the URL",
  "42501": "this user lacks a permission",
  "57014": "a statement took too long and was cancelled",
  "57P01": "the server ended the connection",
  "57P03": "the server is not accepting connections yet",
  "53300": "the server has no free connection",
  "53100": "the server's disk is full",
  "25006": "the session is read-only",
};

/** Advice for errors without a code, by message. */
const ADVICE_BY_MESSAGE: readonly [RegExp, string][] = [
  [
    /Connection terminated|timeout exceeded when trying to connect|connection error and is not queryable/,
    "the connection was lost or could not be made",
  ],
  [/server does not support SSL/, "leave sslmode out of the URL"],
  [/^SASL: .*password/, "this user needs a password: put it into the URL"],
  [/SSL connection/, "the server refused an encrypted connection"],
];

interface CodedError extends Error {
  code?: string;
  syscall?: string;
  errors?: CodedError[];
}

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Advice for an error of the database or the connection (`""`: none known); undefined for any other error. */
function adviceFor({ code = "", syscall, message }: CodedError): string | undefined {
  const byMessage = ADVICE_BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1];
  if (byMessage !== undefined) return byMessage;
  if (syscall === "connect") return ADVICE[code] ?? "the connection could not be made";
  return ADVICE[code] ?? (syscall === undefined && SQLSTATE.test(code) ? "" : undefined);
}

/** If all addresses of a host fail, the AggregateError has no message: the first address's error is used. */
const firstCause = (error: CodedError): CodedError => (error.errors?.[0] && !error.message ? error.errors[0] : error);

/**
 * Wraps an error of the database or the connection in a WorkError (exit code 3) that names `what`. Any other error, also one already
 * explained, is returned unchanged.
 */
export function explainError(what: string, error: unknown, more = ""): unknown {
  if (!(error instanceof Error) || error instanceof TimebackError) return error;
  const cause = firstCause(error);
  const advice = adviceFor(cause);
  if (advice === undefined) return error;
  const notes = [advice, more].filter((note) => note !== "").join("; ");
  const why = notes === "" ? "" : ` (${notes})`;
  return new WorkError(`${what}: ${cause.message}${why}; what was committed is kept, a rerun continues`, {
    cause: error,
  });
}

/** Runs `work` and explains its errors (`explainError`). @throws WorkError */
export async function withExplainedErrors<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainError(what, error);
  }
}
