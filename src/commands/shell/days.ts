import { InvalidArgumentError } from "commander";

/** A calendar day as `YYYY-MM-DD`. @throws InvalidArgumentError (a usage error) */
export function dayOption(text: string): string {
  const parsed = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  if (!parsed || Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== text)
    throw new InvalidArgumentError("expected a day such as 2025-03-31");
  return text;
}
