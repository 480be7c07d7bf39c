import type { InputSource } from "../../pipelines/caliper/input/input.js";
import type { CheckedRecord, RecordFile } from "../../pipelines/check/records.js";

/** The records of a file as `ingest` reads them, by the same reader. */
export const recordFile = (source: InputSource): RecordFile => ({ file: source.name, records: recordsOf(source) });

async function* recordsOf(source: InputSource): AsyncGenerator<CheckedRecord[]> {
  const [{ readLines }, { parseLine }] = await Promise.all([
    import("../../pipelines/caliper/input/lines.js"),
    import("../../pipelines/caliper/parse/parse.js"),
  ]);
  for await (const { lines } of readLines(source))
    yield lines.flatMap((line): CheckedRecord[] =>
      line.kind === "rejected"
        ? [{ kind: "rejected", line: line.number, code: line.code, reason: line.reason }]
        : parseLine(line).map((parsed) => ({ ...parsed, line: line.number })),
    );
}
