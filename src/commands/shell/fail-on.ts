import { Option } from "commander";
import { VERDICTS, type Verdict } from "../../domain/findings/finding-kind.js";

/** From which verdict on findings make the exit code 1. */
export type FailOn = Verdict | "none";

/** `--fail-on`, for commands that a CI job may gate on; `which` says which findings count. */
export const failOnOption = (which = "finding"): Option =>
  new Option("--fail-on <verdict>", `exit 1 if any ${which} has this verdict or a stronger one`)
    .choices([...VERDICTS, "none"])
    .default("confirmed");

/** The verdicts that make the exit code 1. */
export const failingVerdicts = (failOn: FailOn): Verdict[] =>
  failOn === "none" ? [] : VERDICTS.slice(0, VERDICTS.indexOf(failOn) + 1);

/** Whether there are findings of those verdicts. */
export const isFailure = (counts: Readonly<Record<Verdict, number>>, failOn: FailOn): boolean =>
  failingVerdicts(failOn).some((verdict) => counts[verdict] > 0);
