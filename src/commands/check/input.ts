import type { CheckedRecord, RecordFile } from "../../pipelines/check/records.js";

/** The records of a file as `ingest` reads them, by the same reader. */
export const recordFile = (file: string): RecordFile => ({ file, records: recordsOf(file) });

async function* recordsOf(file: string): AsyncGenerator<CheckedRecord[]> {
  const [{ readLines }, { parseLine }] = await Promise.all([
    import("../../pipelines/caliper/input/lines.js"),
    import("../../pipelines/caliper/parse/parse.js"),
  ]);
  for await (const { lines } of readLines(file))
    yield lines.flatMap((line): CheckedRecord[] =>
      line.kind === "rejected"
        ? [{ kind: "rejected", line: line.number, code: line.code, reason: line.reason }]
        : parseLine(line).map((parsed) => ({ ...parsed, line: line.number })),
    );
}
