/** A user and a password in a URL, the password up to the last @ of the word; and a password given as a parameter. */
const IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):\S*@/gi;
const PARAMETER = /([?&](?:password|pass|pwd)=)[^&\s'"]*/gi;

/** The text with `***` in place of every password that stands in a URL: people type URLs where they do not belong. */
export const withoutPasswords = (text: string): string => text.replace(IN_URL, "$1:***@").replace(PARAMETER, "$1***");

/** A URL is taken to go on to the end of its word. */
const URL_TO_THE_END = /\b([a-z][a-z0-9+.-]*:\/\/)(.*)$/is;
const HOST_AND_PATH = /^(?:[^\s:/]*|\[[0-9a-f:.]*\])(?::\d*)?(?:\/.*)?$/is;
/** `password=...` as in a connection string of libpq, quoted or not; and its like. */
const KEY_VALUE =
  /((?:pass(?:word|wd|phrase)?|pwd|secret|token)["']?\s*[=:]\s*)(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S+)/gi;

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

/** A word of a command line as the run log may keep it. */
function safeWord(word: string, before: string | undefined): string {
  const [, option = "", value = ""] = /^(--[\w-]+=)(.*)$/s.exec(word) ?? [];
  if (option !== "") return `${option}${safeWord(value, option.slice(0, -1))}`;
  if (URL_OPTION.test(before ?? "") && !URL_TO_THE_END.test(word)) return "***";
  const safe = bare(word);
  const plain = decoded(word);
  return plain !== word && bare(plain) !== plain && safe === word ? "***" : safe;
}

/**
 * What was typed, for the run log: URLs without user, password and parameters, no value of a password wherever one is
 * named, percent-encoded or not. Everything else stays.
 */
export const safeArguments = (words: readonly string[]): string[] =>
  words.map((word, at) => safeWord(word, words[at - 1]));
