import { type CheckedFile, type CheckFinding, MOST_LISTED } from "../../domain/findings/check-finding.js";
import { type ActorNote, type EventNote, NoteMaker, type SpentNote } from "./event-note.js";
import { conflictFinding, schemaFinding } from "./findings.js";
import type { CheckedEvent, CheckedRecord, RecordFile } from "./records.js";
import { type Address, SeenIds } from "./seen-ids.js";

/** A record that contradicts an earlier one with its id. Its student is resolved after all files are read. */
interface Conflict {
  actor: ActorNote;
  finding: CheckFinding;
}

/** What is kept of all files. */
export interface Gathered {
  files: CheckedFile[];
  faults: CheckFinding[];
  conflicts: Conflict[];
  notes: EventNote[];
  spent: SpentNote[];
  actors: readonly ActorNote[];
}

/** Called with the file's counts so far; throws to stop. */
export type GatherProgress = (file: CheckedFile) => void;

/**
 * Reads every record once and keeps a short note of each TimeSpentEvent, and of each ActivityEvent that carries metrics: never a payload. An event
 * that comes again with the same content is no finding; of several contents the first counts, as in `ingest`.
 */
export async function gather(inputs: readonly RecordFile[], progress: GatherProgress): Promise<Gathered> {
  const gatherer = new Gatherer();
  for (const { file, records } of inputs) {
    const counts = gatherer.open(file);
    for await (const page of records) {
      for (const record of page) gatherer.add(counts, record);
      progress(counts);
    }
  }
  return { ...gatherer.gathered, actors: gatherer.maker.seenActors };
}

const carriesMetrics = ({ metrics }: CheckedEvent): boolean => Object.values(metrics).some((value) => value !== null);

class Gatherer {
  readonly maker = new NoteMaker();
  private readonly ids = new SeenIds();
  readonly gathered: Omit<Gathered, "actors"> = { files: [], faults: [], conflicts: [], notes: [], spent: [] };

  open(file: string): CheckedFile {
    const counts = { file, records: 0, events: 0, skipped: 0, rejected: 0 };
    this.gathered.files.push(counts);
    return counts;
  }

  add(counts: CheckedFile, record: CheckedRecord): void {
    const address = { file: counts.file, line: record.line };
    counts.records += 1;
    if (record.kind === "skipped") counts.skipped += 1;
    else if (record.kind === "rejected") {
      counts.rejected += 1;
      if (counts.rejected <= MOST_LISTED) this.gathered.faults.push(schemaFinding(address, record.code, record.reason));
    } else {
      counts.events += 1;
      this.addEvent(address, record.event);
    }
  }

  private addEvent(address: Address, event: CheckedEvent): void {
    const seen = this.ids.see(event, address);
    const actor = this.maker.actorOf(event.actor);
    if (seen.kind === "conflict")
      this.gathered.conflicts.push({ actor, finding: conflictFinding(address, event, "", seen.first) });
    if (seen.kind !== "new") return;
    if (event.eventType === "TimeSpentEvent") this.gathered.spent.push(this.maker.spentOf(event));
    else if (carriesMetrics(event)) this.gathered.notes.push(this.maker.noteOf(address.file, address.line, event));
  }
}
