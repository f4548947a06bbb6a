/** Headers of a reproducible tar archive: ustar, with a pax record for names that do not fit. */
import { Buffer } from 'node:buffer';

export interface ArchiveEntry {
  /** Relative, with `/`; a folder's without one at its end. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link';
  readonly bytes: number;
  readonly executable: boolean;
  readonly target?: string;
}

const BLOCK = 512;
const NAME_BYTES = 100;
const TYPES = { file: '0', link: '2', folder: '5' } as const;

/** Order of the bytes of their paths, whatever the locale: folders before what is in them. */
export function inArchiveOrder(entries: readonly ArchiveEntry[]): readonly ArchiveEntry[] {
  return [...entries].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

export function archiveHeader(entry: ArchiveEntry): Uint8Array {
  const path = entry.kind === 'folder' ? `${entry.path}/` : entry.path;
  const records: Uint8Array[] = [];
  if (!fits(path)) records.push(record('path', path));
  if (entry.target !== undefined && !fits(entry.target))
    records.push(record('linkpath', entry.target));
  const mode = entry.kind === 'file' && !entry.executable ? 0o644 : 0o755;
  const plain = header(path, TYPES[entry.kind], entry.bytes, mode, entry.target);
  if (records.length === 0) return plain;
  const body = Buffer.concat(records);
  return Buffer.concat([
    header('pax', 'x', body.length, 0o644),
    body,
    archivePadding(body.length),
    plain,
  ]);
}

export function archivePadding(bytes: number): Uint8Array {
  return new Uint8Array((BLOCK - (bytes % BLOCK)) % BLOCK);
}

export function archiveEnd(): Uint8Array {
  return new Uint8Array(2 * BLOCK);
}

function fits(text: string): boolean {
  return Buffer.byteLength(text) <= NAME_BYTES && /^[\x20-\x7e]*$/.test(text);
}

/** Owner 0, time 0: nothing of the machine that builds. */
function header(path: string, type: string, bytes: number, mode: number, target = ''): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  const number = (value: number, at: number, length: number) =>
    block.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  block.set(Buffer.from(path).subarray(0, NAME_BYTES), 0);
  number(mode, 100, 8);
  number(0, 108, 8);
  number(0, 116, 8);
  number(bytes, 124, 12);
  number(0, 136, 12);
  block.write(type, 156, 'latin1');
  block.set(Buffer.from(target).subarray(0, NAME_BYTES), 157);
  block.write('ustar\x0000', 257, 'latin1');
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** `<length> <key>=<value>\n`, where the length counts itself. */
function record(key: string, value: string): Uint8Array {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length;
  while (length !== rest.length + String(length).length)
    length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}
