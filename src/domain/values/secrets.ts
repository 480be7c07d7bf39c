/** A user and a password in a URL, the password up to the last @ of the word; and a password given as a parameter. */
const IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):\S*@/gi;
const PARAMETER = /([?&](?:password|pass|pwd)=)[^&\s'"]*/gi;
/** `password=...` as in a connection string of libpq, `"password": "..."` as in JSON, and their like. */
const KEY_VALUE =
  /((?:pass(?:word|wd|phrase)?|pwd|secret|token)(?:\s*=\s*|["']\s*:\s*))(?!\*{3})(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s&]+)/gi;

/** Replaces every recognisable password by `***`: people paste URLs in the wrong places. */
export const withoutPasswords = (text: string): string =>
  text.replace(IN_URL, "$1:***@").replace(PARAMETER, "$1***").replace(KEY_VALUE, "$1***");

/** A URL extends to the end of its word. */
const URL_TO_THE_END = /\b([a-z][a-z0-9+.-]*:\/\/)(.*)$/is;
const HOST_AND_PATH = /^(?:[^\s:/]*|\[[0-9a-f:.]*\])(?::\d*)?(?:\/.*)?$/is;
/** A URL keeps its scheme, host and path: no user, no password, no parameters. */
function bareUrl(scheme: string, rest: string): string {
  const at = rest.lastIndexOf("@");
  const [address = "", ...parameters] = rest.slice(at + 1).split(/[?#]/);
  if (!HOST_AND_PATH.test(address)) return `${scheme}***`;
  return `${scheme}${at < 0 ? "" : "***@"}${address}${parameters.length > 0 ? "?***" : ""}`;
}

const bare = (word: string): string =>
  word.replace(URL_TO_THE_END, (_, scheme: string, rest: string) => bareUrl(scheme, rest)).replace(KEY_VALUE, "$1***");

function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

const URL_OPTION = /^--(?:database|source)-url$/;

/** A command-line word, safe for the run log. */
function safeWord(word: string, before: string | undefined): string {
  const [, option = "", value = ""] = /^(--[\w-]+=)(.*)$/s.exec(word) ?? [];
  if (option !== "") return `${option}${safeWord(value, option.slice(0, -1))}`;
  if (URL_OPTION.test(before ?? "") && !URL_TO_THE_END.test(word)) return "***";
  const safe = bare(word);
  const plain = decoded(word);
  return plain !== word && bare(plain) !== plain && safe === word ? "***" : safe;
}

/**
 * The command line for the run log: URLs without user, password and parameters, and no value of anything named like a password,
 * percent-encoded or not. Everything else is kept.
 */
export const safeArguments = (words: readonly string[]): string[] =>
  words.map((word, at) => safeWord(word, words[at - 1]));

const LEAST_CHARACTERS = 4;

/** An error message, which may quote the command line (a word, or the value after its `=`), without passwords. */
export function safeComplaint(text: string, typed: readonly string[]): string {
  const repeated = safeArguments(typed).flatMap((safe, at) => {
    const word = typed[at] ?? "";
    const value = (whole: string) => whole.slice(whole.indexOf("=") + 1);
    return word === safe ? [] : [[word, safe] as const, [value(word), value(safe)] as const];
  });
  const told = repeated.filter(([word]) => word.length >= LEAST_CHARACTERS);
  return withoutPasswords(told.reduce((said, [word, safe]) => said.replaceAll(word, safe), text));
}
