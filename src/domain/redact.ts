/** A user and a password in a URL, the password up to the last @ of the word; and a password given as a parameter. */
const IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):\S*@/gi;
const PARAMETER = /([?&](?:password|pass|pwd)=)[^&\s'"]*/gi;

/** The text with `***` in place of every password that stands in a URL: people type URLs where they do not belong. */
export const withoutPasswords = (text: string): string => text.replace(IN_URL, "$1:***@").replace(PARAMETER, "$1***");
