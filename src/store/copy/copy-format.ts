const NEWLINE = 10;

/** How rows are written for COPY (PostgreSQL's manual, "COPY", "File Formats"). */
export interface CopyFormat {
  /** What follows the statement. */
  option: string;
  /** Header and trailer around all rows. */
  head: Buffer;
  tail: Buffer;
  /** Whether a row ends where the chunk does. */
  endsRow(chunk: Buffer): boolean;
}

const NOTHING = Buffer.alloc(0);

/** A row a line, its values apart by tabs; chunks may be cut anywhere. */
export const textFormat: CopyFormat = {
  option: "",
  head: NOTHING,
  tail: NOTHING,
  endsRow: (chunk) => chunk.at(-1) === NEWLINE,
};

const FLAGS_AND_EXTENSION = "\0".repeat(8);

/** Values as PostgreSQL sends them, each behind its length; chunks are whole rows. */
export const binaryFormat: CopyFormat = {
  option: " with (format binary)",
  head: Buffer.from(`PGCOPY\n\xff\r\n\0${FLAGS_AND_EXTENSION}`, "latin1"),
  tail: Buffer.from([0xff, 0xff]),
  endsRow: () => true,
};
