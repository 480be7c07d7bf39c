import { jsonText } from "../../domain/values/json-text.js";
import type { FactPlan } from "../../domain/views/fact-plan.js";
import { planJson, planText } from "../../report/lists/fact-plan.js";
import type { CommonFlags } from "./options.js";
import type { Screen } from "./screen.js";

/** The answer of a run; that of a dry run says what it would do. */
export type RunAnswer = Readonly<Record<string, unknown>> & { plan?: FactPlan };

/** What is said beside a summary line of a dry run. */
export const planned = (dryRun: boolean | undefined): string => (dryRun ? " (plan, nothing written)" : "");

/** How long a command has taken. */
export const secondsSince = (started: number): number => (Date.now() - started) / 1000;

/** The answer of a run: JSON on stdout, or one line for people, and the plan. Under --quiet nothing, unless it goes to a file. */
export async function printSummary(screen: Screen, flags: CommonFlags, answer: RunAnswer, line: string): Promise<void> {
  if (flags.quiet && flags.output === undefined) return;
  const { plan, ...rest } = answer;
  const members = JSON.stringify(rest);
  if (plan === undefined) return screen.print([flags.format === "table" ? `${line}\n` : `${members}\n`]);
  if (flags.format !== "table") return screen.print([`${members.slice(0, -1)},"plan":${jsonText(planJson(plan))}}\n`]);
  async function* text(told: FactPlan): AsyncGenerator<string> {
    yield `${line}\n`;
    yield* planText(told, { color: screen.color });
  }
  await screen.print(text(plan));
}
