import { HOUR, MINUTE } from "../kit/clock.js";
import { Dice } from "../kit/dice.js";
import { lastIdentity, type Person, rowsAreRenewed } from "../school/people.js";
import type { World } from "../school/world.js";
import { type Ledger, lastHome, type Result, type Version, versionAt } from "./records.js";

/** What an office does to the results of a student who is transferred, or whose results get new ids. */
export function moveResults(world: World, ledger: Ledger, person: Person): void {
  const { fate, fateAt, index } = person;
  if (fate !== "transfer-student" && fate !== "results-moved") return;
  const dice = new Dice(world.options.seed, "fates", index);
  const forgets = dice.oneIn(2);
  const there = ledger.results.filter((one) => one.person === person && versionAt(one, fateAt) !== undefined);
  for (const result of there) {
    const at = fateAt + 2 * HOUR + dice.below(20 * MINUTE);
    const id = dice.uuid();
    if (rowsAreRenewed(fate, index)) rename(ledger, result, at, id);
    else assign(result, at);
    if (forgets) forgetInstants(lastHome(result), at);
  }
}

/** From then on the student's new id stands in the same row. */
function assign(result: Result, at: number): void {
  const { userId: studentId } = lastIdentity(result.person);
  const { before, after } = parted(result, at);
  const moved = before.at(-1);
  result.versions = [
    ...before,
    ...(moved ? [{ ...moved, at, studentId }] : []),
    ...after.map((version) => ({ ...version, studentId })),
  ];
}

/** The row is given up, and a new one tells the same. */
function rename(ledger: Ledger, result: Result, at: number, id: string): void {
  const { userId: studentId } = lastIdentity(result.person);
  const { before, after } = parted(result, at);
  const last = before.at(-1);
  if (!last) return;
  const moved: Version = { ...last, at, studentId };
  const versions = [moved, ...after.map((version) => ({ ...version, studentId }))];
  result.versions = [...before, { ...last, at, status: "tobedeleted" }];
  result.movedTo = { ...result, id: `moved-${id}`, versions };
  ledger.results.push(result.movedTo);
}

/** The office's tool keeps `score_date` and drops the instants that apps left in the metadata. */
function forgetInstants(result: Result, at: number): void {
  result.versions = result.versions.map((version) => {
    const { completedAt: _completed, endedAt: _ended, ...metadata } = version.metadata;
    return version.at < at ? version : { ...version, metadata };
  });
}

const parted = ({ versions }: Result, at: number): { before: Version[]; after: Version[] } => ({
  before: versions.filter((version) => version.at <= at),
  after: versions.filter((version) => version.at > at),
});
