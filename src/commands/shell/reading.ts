import { type Command, InvalidArgumentError } from "commander";
import { UsageError } from "../../errors.js";
import type { Listing, Pages } from "../../report/formats/listing.js";
import type { Hide } from "../../report/formats/redaction.js";
import type { Db, Session, Store } from "../../store/engine/session.js";
import type { Keep } from "../../store/engine/snapshot.js";
import type { FactScope } from "../../store/facts/fact-scope.js";
import { dayOption } from "./days.js";
import {
  type AnyFormat,
  type CommonFlags,
  type Format,
  type Opened,
  type OutputFlags,
  open,
  stopOn,
  withCommonOptions,
  withDatabase,
} from "./options.js";
import type { Shell } from "./shell.js";

/** What the commands that read facts take. */
export interface ReadingFlags<Form = Format> extends CommonFlags<Form> {
  from?: string;
  to?: string;
}

/** Forms of a list. */
export const FORMATS: readonly [Format, ...Format[]] = ["table", "json", "ndjson", "csv"];

/** Adds what a command takes whose answer names people. */
export const withRedact = (command: Command): Command =>
  command.option("--redact", "stable pseudonyms instead of emails, student ids and names: for tickets");

/** Adds the common options of a command whose answer is a list. */
export const withListOptions = (command: Command, formats: readonly [AnyFormat, ...AnyFormat[]] = FORMATS): Command =>
  withRedact(withCommonOptions(command, formats)).option(
    "--raw",
    "csv as the data is, for machines; otherwise no cell is a formula to a spreadsheet",
  );

/** Adds what the commands that read facts take: a student, and days. */
export const withFactScope = (command: Command, formats: readonly [AnyFormat, ...AnyFormat[]] = FORMATS): Command =>
  withListOptions(command, formats)
    .argument("[email]", "student; everybody without one", (email: string) => {
      if (email.trim() === "") throw new InvalidArgumentError("expected an email");
      return email;
    })
    .option("--from <day>", "first day of facts, YYYY-MM-DD in the stored zone", dayOption)
    .option("--to <day>", "last day of facts, inclusive", dayOption);

/** A command that reads, with the database in one state. */
export interface Reading extends Opened {
  db: Db;
  /** What everything that is printed must go through; it does nothing without --redact. */
  hide: Hide;
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

/** How to hide people in one state of the database; its secret is looked up before the state is taken. */
export async function hiding(store: Store, { redact }: CommonFlags<unknown>): Promise<(db: Db) => Promise<Hide>> {
  if (!redact) return async () => (value) => value;
  const [{ redaction }, { idsOfPeople, pseudonymSecret }] = await Promise.all([
    import("../../report/formats/redaction.js"),
    import("../../store/reading/pseudonym-secret.js"),
  ]);
  const secret = await pseudonymSecret(store.db);
  return async (db) => redaction({ secret, ids: await idsOfPeople(db) });
}

/** Lends one state of the analytics database. */
export async function readDatabase(
  shell: Shell,
  flags: CommonFlags,
  command: string,
  work: (reading: Reading) => Promise<void>,
): Promise<void> {
  const opened = open(shell, flags);
  const { inSnapshot } = await import("../../store/engine/snapshot.js");
  await withDatabase(opened, flags, command, async (store) => {
    const hide = await hiding(store, flags);
    return inSnapshot(store, async (db) => work({ ...opened, db, hide: await hide(db) }));
  });
}

/** Lends one state of the analytics database, and the scope of facts that was asked for. @throws UsageError for an unknown email */
export async function readFacts(
  shell: Shell,
  flags: ReadingFlags,
  { command, email }: { command: string; email: string | undefined },
  work: (reading: FactReading) => Promise<void>,
): Promise<void> {
  checkDays(flags);
  await readDatabase(shell, flags, command, async (reading) =>
    work({ ...reading, ...(await askedFacts(reading, flags, email)) }),
  );
}

/** Lends another connection that sees the same state of the database; null where there is none. */
type Beside = <T>(work: (beside: Session | null) => Promise<T>) => Promise<T>;

/** Facts that a command was asked to read, on a connection that may make temp tables. */
export type DraftReading = FactReading & { session: Session; beside: Beside };

/**
 * As `readFacts`, on a connection that may make temp tables; it changes nothing. Where `work` returns something to keep,
 * the temp tables outlive the reading, for it. @throws UsageError for an unknown email
 */
export async function draftFacts(
  shell: Shell,
  flags: ReadingFlags<unknown>,
  { command, email }: { command: string; email: string | undefined },
  work: (reading: DraftReading) => Promise<Keep | null>,
): Promise<void> {
  checkDays(flags);
  const opened = open(shell, flags);
  const { besideDraft, inKeptDraft } = await import("../../store/engine/snapshot.js");
  await withDatabase(opened, flags, command, async (store) => {
    const hide = await hiding(store, flags);
    const draft = async (session: Session) => {
      const beside: Beside = (other) => besideDraft(store, session, other);
      const reading = { ...opened, db: session.db, session, beside, hide: await hide(session.db) };
      return work({ ...reading, ...(await askedFacts(reading, flags, email)) });
    };
    await inKeptDraft(store, draft);
  });
}

function checkDays({ from, to }: ReadingFlags<unknown>): void {
  if (from !== undefined && to !== undefined && from > to)
    throw new UsageError(`--from ${from} is after --to ${to}: no day lies between them`);
}

/** Whom an email stands for; null for everybody. The complaint about an unknown one names others, so it is hidden too. */
export async function askedStudents(
  { db, hide }: Pick<Reading, "db" | "hide">,
  email: string | undefined,
): Promise<string[] | null> {
  if (email === undefined) return null;
  const { requireStudents } = await import("../../pipelines/facts/students.js");
  return requireStudents(db, email).catch((error: unknown) => {
    throw error instanceof UsageError ? new UsageError(hide(error.message)) : error;
  });
}

async function askedFacts(
  reading: Reading,
  flags: ReadingFlags<unknown>,
  email: string | undefined,
): Promise<AskedFacts> {
  const days = { from: flags.from ?? null, to: flags.to ?? null };
  const students = await askedStudents(reading, email);
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
  {
    shell,
    flags,
    reading,
  }: { shell: Shell; flags: OutputFlags; reading: Pick<Reading, "screen"> & Partial<Pick<Reading, "hide">> },
  { listing, pages, footer, empty }: Printing<Row>,
): Promise<void> {
  const { renderListing } = await import("../../report/formats/listing.js");
  const { screen, hide = (value) => value } = reading;
  const stop = stopOn(shell.signal);
  let rows = 0;
  async function* counted(): Pages<Row> {
    for await (const page of pages) {
      stop();
      rows += page.length;
      yield page.map(hide);
    }
  }
  async function* answer(): AsyncGenerator<string> {
    const shown = { ...listing, head: hide(listing.head) };
    yield* renderListing(flags.format, shown, counted(), { color: screen.color, raw: flags.raw });
    if (flags.format === "table" && footer && rows > 0) for (const line of await footer()) yield `${line}\n`;
  }
  await screen.print(answer());
  if (rows === 0 && empty !== undefined) screen.note(empty);
}
