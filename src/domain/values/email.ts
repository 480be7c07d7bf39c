/**
 * The one form in which emails are kept and compared: trimmed and lower-cased, null where nothing is left. Plus signs
 * stay, and nothing else is folded: a Cyrillic letter that looks like a Latin one is another person.
 */
export function foldEmail(email: string | null | undefined): string | null {
  const folded = email?.trim().toLowerCase() ?? "";
  return folded === "" ? null : folded;
}
