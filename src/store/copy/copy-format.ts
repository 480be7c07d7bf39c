const NEWLINE = 10;

/** A file format of COPY (PostgreSQL's manual, "COPY", "File Formats"). */
export interface CopyFormat {
  /** The option clause of the statement. */
  option: string;
  /** Header and trailer around all rows. */
  head: Buffer;
  tail: Buffer;
  /** Whether the chunk ends at the end of a row. */
  endsRow(chunk: Buffer): boolean;
}

const NOTHING = Buffer.alloc(0);

/** One row per line, values separated by tabs; chunks may be cut anywhere. */
export const textFormat: CopyFormat = {
  option: "",
  head: NOTHING,
  tail: NOTHING,
  endsRow: (chunk) => chunk.at(-1) === NEWLINE,
};

const FLAGS_AND_EXTENSION = "\0".repeat(8);

/** Binary values, each after its length; chunks are whole rows. */
export const binaryFormat: CopyFormat = {
  option: " with (format binary)",
  head: Buffer.from(`PGCOPY\n\xff\r\n\0${FLAGS_AND_EXTENSION}`, "latin1"),
  tail: Buffer.from([0xff, 0xff]),
  endsRow: () => true,
};
