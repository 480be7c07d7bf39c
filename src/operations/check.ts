import { type InputSource, sizeOfInput } from "../pipelines/caliper/input/input.js";
import { readLines } from "../pipelines/caliper/input/lines.js";
import { parseLine } from "../pipelines/caliper/parse/parse.js";
import { type CheckOutcome, check as checkRecords } from "../pipelines/check/check.js";
import type { CheckedRecord, RecordFile } from "../pipelines/check/records.js";
import { type EvidencePaths, type OnBadRow, withEvidence } from "./evidence-tables.js";
import { type Invocation, stopOn } from "./invocation.js";

/** Which Caliper files are checked, by which evidence. */
export interface CheckRequest {
  inputs: readonly InputSource[];
  evidence: EvidencePaths;
  onBadRow: OnBadRow;
}

/**
 * Says which events of Caliper files break the contract, without any database. A row of evidence that cannot be read costs that
 * row only. @throws UsageError for a file that is not there; WorkError for one that cannot be read
 */
export async function check(
  { inputs, evidence, onBadRow }: CheckRequest,
  { stop, progress }: Pick<Invocation, "stop" | "progress">,
): Promise<CheckOutcome> {
  for (const input of inputs) await sizeOfInput(input);
  const stopped = stopOn(stop);
  return withEvidence(evidence, onBadRow, (tables) =>
    checkRecords({
      inputs: inputs.map(recordFile),
      tables,
      progress: ({ file, records }) => {
        stopped();
        progress({ doing: file, count: records });
      },
    }),
  );
}

/** The records of a file as `ingest` reads them, by the same reader. */
const recordFile = (source: InputSource): RecordFile => ({ file: source.name, records: recordsOf(source) });

async function* recordsOf(source: InputSource): AsyncGenerator<CheckedRecord[]> {
  for await (const { lines } of readLines(source))
    yield lines.flatMap((line): CheckedRecord[] =>
      line.kind === "rejected"
        ? [{ kind: "rejected", line: line.number, code: line.code, reason: line.reason }]
        : parseLine(line).map((parsed) => ({ ...parsed, line: line.number })),
    );
}
