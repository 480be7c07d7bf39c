import { type Command, InvalidArgumentError } from "commander";
import { UsageError } from "../errors.js";
import type { Listing, Pages } from "../report/listing.js";
import type { FactScope } from "../store/recompute-scope.js";
import type { Session } from "../store/session.js";
import {
  type CommonFlags,
  type Format,
  type GateFormat,
  type Opened,
  type OutputFlags,
  open,
  type Shell,
  stopOn,
  withCommonOptions,
  withDatabase,
} from "./common.js";
import { dayOption } from "./days.js";

/** What the commands that read facts take. */
export interface ReadingFlags<Form = Format> extends CommonFlags<Form> {
  from?: string;
  to?: string;
}

/** Forms of a list. */
export const FORMATS: readonly [Format, ...Format[]] = ["table", "json", "ndjson", "csv"];

/** Adds the common options of a command whose answer is a list. */
export const withListOptions = (command: Command): Command => withCommonOptions(command, FORMATS);

/** Adds what the commands that read facts take: a student, and days. */
export const withFactScope = (command: Command, formats: readonly [GateFormat, ...GateFormat[]] = FORMATS): Command =>
  withCommonOptions(command, formats)
    .argument("[email]", "student; everybody without one", (email: string) => {
      if (email.trim() === "") throw new InvalidArgumentError("expected an email");
      return email;
    })
    .option("--from <day>", "first day of facts, YYYY-MM-DD in the stored zone", dayOption)
    .option("--to <day>", "last day of facts, inclusive", dayOption);

/** A command that reads, with the database in one state. */
export interface Reading extends Opened {
  db: Session["db"];
}

/** What a command was asked to read, as it says it in its answer. */
export type AskedScope = Readonly<Record<"email" | "from" | "to", string | null>>;

/** The facts that a command was asked to read, with the students that the email stands for. */
interface AskedFacts {
  asked: AskedScope;
  scope: FactScope;
  /** True where emails do not tell the students of the answer apart. */
  ids: boolean;
}

/** Facts that a command was asked to read, in one state of the database. */
export type FactReading = Reading & AskedFacts;

/** Lends one state of the analytics database. */
export async function readDatabase(
  flags: CommonFlags,
  command: string,
  work: (reading: Reading) => Promise<void>,
): Promise<void> {
  const opened = open(flags);
  const { inSnapshot } = await import("../store/snapshot.js");
  await withDatabase(opened.config, flags, command, (store) => inSnapshot(store, (db) => work({ ...opened, db })));
}

/** Lends one state of the analytics database, and the scope of facts that was asked for. @throws UsageError for an unknown email */
export async function readFacts(
  flags: ReadingFlags,
  { command, email }: { command: string; email: string | undefined },
  work: (reading: FactReading) => Promise<void>,
): Promise<void> {
  checkDays(flags);
  await readDatabase(flags, command, async (reading) =>
    work({ ...reading, ...(await askedFacts(reading.db, flags, email)) }),
  );
}

/** What is done with the temp tables of a draft after it has ended. */
type Keep<T> = (session: Session, result: T) => Promise<void>;

/**
 * As `readFacts`, on a connection that may make temp tables; it changes nothing. With `keep` the temp tables outlive
 * the reading, for it. @throws UsageError for an unknown email
 */
export async function draftFacts<T>(
  flags: ReadingFlags<unknown>,
  { command, email }: { command: string; email: string | undefined },
  work: (reading: FactReading & { session: Session }) => Promise<T>,
  keep?: Keep<T>,
): Promise<void> {
  checkDays(flags);
  const opened = open(flags);
  const { inDraft, inKeptDraft } = await import("../store/snapshot.js");
  const draft = async (session: Session) =>
    work({ ...opened, db: session.db, session, ...(await askedFacts(session.db, flags, email)) });
  await withDatabase(opened.config, flags, command, async (store) => {
    if (keep) await inKeptDraft(store, draft, keep);
    else await inDraft(store, draft);
  });
}

function checkDays({ from, to }: ReadingFlags<unknown>): void {
  if (from !== undefined && to !== undefined && from > to)
    throw new UsageError(`--from ${from} is after --to ${to}: no day lies between them`);
}

async function askedFacts(
  db: Session["db"],
  flags: ReadingFlags<unknown>,
  email: string | undefined,
): Promise<AskedFacts> {
  const days = { from: flags.from ?? null, to: flags.to ?? null };
  const { requireStudents } = await import("../pipelines/facts/students.js");
  const students = email === undefined ? null : await requireStudents(db, email);
  const ids = students === null || students.length > 1;
  return { asked: { email: email ?? null, ...days }, scope: { students, ...days }, ids };
}

/** A list to print: its form, its rows, and lines that a table ends with. */
export interface Printing<Row> {
  listing: Listing<Row>;
  pages: Pages<Row>;
  /** Lines under the table, asked for when the rows are printed; not in the other formats. */
  footer?: () => Promise<string[]>;
  /** Said on stderr where there are no rows. */
  empty?: string;
}

/** Prints a list page by page; -q leaves the answer as it is. Stops between pages when the process was told to. */
export async function printList<Row>(
  { shell, flags, reading }: { shell: Shell; flags: OutputFlags; reading: Pick<Reading, "screen"> },
  { listing, pages, footer, empty }: Printing<Row>,
): Promise<void> {
  const { renderListing } = await import("../report/listing.js");
  const { screen } = reading;
  const stop = stopOn(shell.signal);
  let rows = 0;
  async function* counted(): Pages<Row> {
    for await (const page of pages) {
      stop();
      rows += page.length;
      yield page;
    }
  }
  async function* answer(): AsyncGenerator<string> {
    yield* renderListing(flags.format, listing, counted(), { color: screen.color });
    if (flags.format === "table" && footer && rows > 0) for (const line of await footer()) yield `${line}\n`;
  }
  await screen.print(answer());
  if (rows === 0 && empty !== undefined) screen.note(empty);
}
