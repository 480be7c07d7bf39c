import { crc32, deflateRawSync } from "node:zlib";

/** A member of a zip; what is not given is as it should be. */
export interface ZipMember {
  name: string;
  text?: string;
  /** What the zip claims. */
  size?: number;
  crc?: number;
  /** Bit 0: encrypted. */
  flags?: number;
  method?: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const UTF8_NAMES = 0x800;

function header(
  signature: number,
  { name, text = "", size, crc, flags = 0, method = 8 }: ZipMember,
  packed: Buffer,
): Buffer {
  const bytes = Buffer.from(text);
  const isCentral = signature === CENTRAL;
  const fields = Buffer.alloc(isCentral ? 46 : 30);
  const shift = isCentral ? 2 : 0;
  fields.writeUInt32LE(signature, 0);
  fields.writeUInt16LE(20, 4 + shift);
  fields.writeUInt16LE(UTF8_NAMES | flags, 6 + shift);
  fields.writeUInt16LE(method, 8 + shift);
  fields.writeUInt32LE(crc ?? crc32(bytes), 14 + shift);
  fields.writeUInt32LE(packed.length, 18 + shift);
  fields.writeUInt32LE(size ?? bytes.length, 22 + shift);
  fields.writeUInt16LE(Buffer.byteLength(name), 26 + shift);
  return fields;
}

/** A zip of these members, in memory: also ones that no zip program would write. */
export function zipOf(members: readonly ZipMember[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const packed = deflateRawSync(Buffer.from(member.text ?? ""));
    const entry = header(CENTRAL, member, packed);
    entry.writeUInt32LE(offset, 42);
    central.push(entry, Buffer.from(member.name));
    const local = Buffer.concat([header(LOCAL, member, packed), Buffer.from(member.name), packed]);
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
