import { Option } from "commander";
import { VERDICTS, type Verdict } from "../domain/finding.js";

/** How sure a finding must be to make the exit code 1. */
export type FailOn = Verdict | "none";

/** `--fail-on`, of the commands that answer with findings; `which` says which of them count. */
export const failOnOption = (which: string): Option =>
  new Option("--fail-on <verdict>", `exit 1 where there are ${which} as sure as this, or surer`)
    .choices([...VERDICTS, "none"])
    .default("confirmed");

/** Whether a finding of this verdict makes the exit code 1. */
export const failsOn = (verdict: Verdict, failOn: FailOn): boolean =>
  failOn !== "none" && VERDICTS.indexOf(verdict) <= VERDICTS.indexOf(failOn);
