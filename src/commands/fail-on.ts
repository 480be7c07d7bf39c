import { Option } from "commander";
import { VERDICTS, type Verdict } from "../domain/finding.js";

/** From which verdict on findings are a failure. */
export type FailOn = Verdict | "none";

/** `--fail-on`, for commands that a CI job may gate on. */
export const failOnOption = (): Option =>
  new Option("--fail-on <verdict>", "exit 1 where there are findings as sure as this, or surer")
    .choices([...VERDICTS, "none"])
    .default("confirmed");

/** The verdicts that are a failure. */
export const failingVerdicts = (failOn: FailOn): Verdict[] =>
  failOn === "none" ? [] : VERDICTS.slice(0, VERDICTS.indexOf(failOn) + 1);

/** Whether there are findings at least as sure as the wanted verdict. */
export const isFailure = (counts: Readonly<Record<Verdict, number>>, failOn: FailOn): boolean =>
  failingVerdicts(failOn).some((verdict) => counts[verdict] > 0);
