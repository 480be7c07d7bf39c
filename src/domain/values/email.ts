/**
 * The canonical form of an email: trimmed and lower-cased, null if blank. Nothing else is folded: plus signs stay, and a Cyrillic
 * look-alike letter makes a different email.
 */
export function foldEmail(email: string | null | undefined): string | null {
  const folded = email?.trim().toLowerCase() ?? "";
  return folded === "" ? null : folded;
}
