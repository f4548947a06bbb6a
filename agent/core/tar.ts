/**
 * Headers of a tar archive: POSIX ustar, with a pax record before it for what does not fit (long
 * names, names that are not ASCII, large files and numbers).
 */

export interface TarEntry {
  /** Bytes as they are on disk, without a `/` at the beginning; folders end with one. */
  readonly path: Uint8Array;
  readonly kind: 'file' | 'folder' | 'link';
  readonly bytes: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modifiedMs: number;
  /** Where a link leads to. */
  readonly target?: Uint8Array;
}

const TAR_BLOCK = 512;
const TYPES = { file: '0', link: '2', folder: '5' } as const;
const NAME_BYTES = 100;
const LARGEST_ID = 0o7777777;
const LARGEST_SIZE = 0o77777777777;
const CHECKSUM = { at: 148, length: 8 };

export function tarHeader(entry: TarEntry): Uint8Array {
  const records: Uint8Array[] = [];
  const note = (key: string, value: Uint8Array | string) => records.push(paxRecord(key, value));
  if (!fits(entry.path)) note('path', entry.path);
  if (entry.target !== undefined && !fits(entry.target)) note('linkpath', entry.target);
  if (entry.bytes > LARGEST_SIZE) note('size', String(entry.bytes));
  if (entry.uid > LARGEST_ID) note('uid', String(entry.uid));
  if (entry.gid > LARGEST_ID) note('gid', String(entry.gid));
  const plain = block(entry, TYPES[entry.kind]);
  if (records.length === 0) return plain;
  const body = Buffer.concat(records);
  const pax = { ...entry, path: Buffer.from('pax'), kind: 'file', bytes: body.length } as const;
  return Buffer.concat([block(pax, 'x'), body, tarPadding(body.length), plain]);
}

/** What fills the last block of so many bytes. */
export function tarPadding(bytes: number): Uint8Array {
  return new Uint8Array((TAR_BLOCK - (bytes % TAR_BLOCK)) % TAR_BLOCK);
}

export function tarEnd(): Uint8Array {
  return new Uint8Array(2 * TAR_BLOCK);
}

function fits(name: Uint8Array): boolean {
  return name.length <= NAME_BYTES && name.every((byte) => byte < 0x80);
}

function block(entry: TarEntry, type: string): Uint8Array {
  const header = Buffer.alloc(TAR_BLOCK);
  const number = (value: number, at: number, length: number) =>
    header.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  header.set(entry.path.subarray(0, NAME_BYTES), 0);
  number(entry.mode & 0o7777, 100, 8);
  number(entry.uid > LARGEST_ID ? 0 : entry.uid, 108, 8);
  number(entry.gid > LARGEST_ID ? 0 : entry.gid, 116, 8);
  number(entry.bytes > LARGEST_SIZE ? 0 : entry.bytes, 124, 12);
  number(Math.max(0, Math.floor(entry.modifiedMs / 1000)), 136, 12);
  header.write(type, 156, 'latin1');
  header.set((entry.target ?? new Uint8Array()).subarray(0, NAME_BYTES), 157);
  header.write('ustar\x0000', 257, 'latin1');
  header.fill(' ', CHECKSUM.at, CHECKSUM.at + CHECKSUM.length);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, CHECKSUM.at, 'latin1');
  return header;
}

/** `<length> <key>=<value>\n`, where the length counts itself. */
function paxRecord(key: string, value: Uint8Array | string): Uint8Array {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
  let length = rest.length;
  while (length !== rest.length + String(length).length) {
    length = rest.length + String(length).length;
  }
  return Buffer.concat([Buffer.from(String(length)), rest]);
}
