import { UsageError } from "../../errors.js";
import { findStudents } from "../../operations/find-students.js";
import { stopOn } from "../../operations/invocation.js";
import { type Listing, type Pages, renderListing } from "../../report/formats/listing.js";
import { type Hide, redaction } from "../../report/formats/redaction.js";
import type { Db, Store } from "../../store/engine/session.js";
import { inSnapshot } from "../../store/engine/snapshot.js";
import type { FactScope } from "../../store/facts/fact-scope.js";
import { idsOfPeople, pseudonymSecret } from "../../store/reading/pseudonym-secret.js";
import { type Opened, open, withDatabase } from "./database.js";
import type { CommonFlags, OutputFlags, ReadingFlags } from "./options.js";
import type { Shell } from "./shell.js";

/** A command that reads, with the database in one state. */
export interface Reading extends Opened {
  db: Db;
  /** What everything that is printed must go through; it does nothing without --redact. */
  hide: Hide;
}

/** What a command was asked to read, as it says it in its answer. */
export type AskedScope = Readonly<Record<"email" | "from" | "to", string | null>>;

/** Facts that a command was asked to read, in one state of the database, with the students that the email stands for. */
export interface FactReading extends Reading {
  asked: AskedScope;
  scope: FactScope;
}

/** How to hide people in one state of the database; its secret is looked up before the state is taken. */
export async function hiding(store: Store, { redact }: CommonFlags<unknown>): Promise<(db: Db) => Promise<Hide>> {
  if (!redact) return async () => (value) => value;
  const secret = await pseudonymSecret(store.db);
  return async (db) => redaction({ secret, ids: await idsOfPeople(db) });
}

/** Rethrows a fault; a complaint about an unknown email names others, who are hidden there too. */
export const hideInFault =
  (hide: () => Promise<Hide>) =>
  async (error: unknown): Promise<never> => {
    throw error instanceof UsageError ? new UsageError((await hide())(error.message)) : error;
  };

/** Lends one state of the analytics database. */
export async function readDatabase(
  shell: Shell,
  flags: CommonFlags,
  command: string,
  work: (reading: Reading) => Promise<void>,
): Promise<void> {
  const opened = open(shell, flags);
  await withDatabase(opened, flags, command, async (store) => {
    const hide = await hiding(store, flags);
    return inSnapshot(store, async (db) => work({ ...opened, db, hide: await hide(db) }));
  });
}

/** What the flags and the email ask for. @throws UsageError where no day lies between the days */
export function askedScope({ from, to }: ReadingFlags<unknown>, email: string | undefined): AskedScope {
  if (from !== undefined && to !== undefined && from > to)
    throw new UsageError(`--from ${from} is after --to ${to}: the range is empty`);
  return { email: email ?? null, from: from ?? null, to: to ?? null };
}

/** Lends one state of the analytics database, and the scope of facts that was asked for. @throws UsageError for an unknown email */
export async function readFacts(
  shell: Shell,
  flags: ReadingFlags,
  { command, email }: { command: string; email: string | undefined },
  work: (reading: FactReading) => Promise<void>,
): Promise<void> {
  const asked = askedScope(flags, email);
  await readDatabase(shell, flags, command, async (reading) => {
    const students = await findStudents(reading.db, asked.email).catch(hideInFault(async () => reading.hide));
    return work({ ...reading, asked, scope: { students, from: asked.from, to: asked.to } });
  });
}

/** True where emails do not tell the students of an answer apart. */
export const needsIds = ({ students }: FactScope): boolean => students === null || students.length > 1;

/** A list to print: its form, its rows, and lines that a table ends with. */
export interface Printing<Row> {
  listing: Listing<Row>;
  pages: Pages<Row>;
  /** Lines under the table, asked for when the rows are printed; not in the other formats. */
  footer?: () => Promise<string[]>;
  /** Said on stderr where there are no rows. */
  empty?: string;
}

/** What prints a list. */
export interface ListPrinter {
  shell: Shell;
  flags: OutputFlags;
  reading: Pick<Reading, "screen"> & Partial<Pick<Reading, "hide">>;
}

/** Prints a list page by page; -q leaves the answer as it is. Stops between pages when the process was told to. */
export async function printList<Row>(
  { shell, flags, reading }: ListPrinter,
  { listing, pages, footer, empty }: Printing<Row>,
): Promise<void> {
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
