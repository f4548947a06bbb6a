/**
 * Reads a tar archive piece by piece (POSIX ustar with pax records and GNU's long names). Only files,
 * folders and links that stay inside come out; devices, `..`, absolute paths, links that lead out,
 * what lies below a link and what is above the bounds end it. Nothing hostile makes it throw.
 */
import { posix } from 'node:path';

export interface TarLimits {
  readonly bytes: number;
  readonly entries: number;
}

export type TarItem =
  | { readonly kind: 'folder'; readonly path: string; readonly mode: number }
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly bytes: number }
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  /** The file that began last is whole. */
  | { readonly kind: 'end' }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

const BLOCK = 512;
/** Of a pax record or a long name. */
const MOST_EXTRA = 65_536;
const MOST_PATH = 1_024;

interface Extra {
  readonly path?: string;
  readonly linkpath?: string;
  readonly size?: string;
}

export class Untar {
  readonly #limits: TarLimits;
  readonly #links = new Set<string>();
  #block = Buffer.alloc(BLOCK);
  #filled = 0;
  #left = 0;
  #padding = 0;
  #what: 'header' | 'data' | 'extra' = 'header';
  #extraType = '';
  #extraBytes: Buffer[] = [];
  #extra: Extra = {};
  #entries = 0;
  #bytes = 0;
  #zeros = 0;
  #wrong: string | undefined;

  constructor(limits: TarLimits) {
    this.#limits = limits;
  }

  get wrong(): string | undefined {
    return this.#wrong;
  }

  /** The end was seen, and nothing is missing before it. */
  get isWhole(): boolean {
    return this.#wrong === undefined && this.#zeros >= 2;
  }

  *push(bytes: Uint8Array): Generator<TarItem> {
    let at = 0;
    while (at < bytes.length && this.#wrong === undefined && this.#zeros < 2) {
      if (this.#what === 'header' && this.#padding > 0) {
        const skipped = Math.min(this.#padding, bytes.length - at);
        this.#padding -= skipped;
        at += skipped;
      } else if (this.#what === 'header') {
        const piece = bytes.subarray(at, at + BLOCK - this.#filled);
        this.#block.set(piece, this.#filled);
        this.#filled += piece.length;
        at += piece.length;
        if (this.#filled < BLOCK) continue;
        this.#filled = 0;
        yield* this.#header();
      } else {
        const piece = bytes.subarray(at, at + this.#left);
        at += piece.length;
        this.#left -= piece.length;
        yield* this.#content(piece);
      }
    }
  }

  *#content(piece: Uint8Array): Generator<TarItem> {
    if (this.#what === 'data') yield { kind: 'data', bytes: piece };
    else this.#extraBytes.push(Buffer.from(piece));
    if (this.#left > 0) return;
    if (this.#what === 'data') yield { kind: 'end' };
    else this.#noteExtra();
    this.#what = 'header';
  }

  *#header(): Generator<TarItem> {
    const block = this.#block;
    if (block.every((byte) => byte === 0)) {
      this.#zeros++;
      return;
    }
    this.#zeros = 0;
    if (!sumFits(block)) {
      this.#wrong = 'a header of the archive is damaged';
      return;
    }
    const type = String.fromCharCode(block[156] ?? 0);
    const size = this.#extra.size === undefined ? octal(block, 124, 12) : Number(this.#extra.size);
    if (!Number.isSafeInteger(size) || size < 0) {
      this.#wrong = 'a size in the archive is no number';
      return;
    }
    if ('xgLK'.includes(type)) this.#beginExtra(type, size);
    else yield* this.#entry(type, size);
  }

  #beginExtra(type: string, size: number): void {
    if (size > MOST_EXTRA || ++this.#entries > this.#limits.entries * 2) {
      this.#wrong = 'the archive has too long or too many names';
      return;
    }
    this.#extraType = type;
    this.#extraBytes = [];
    this.#padding = padded(size);
    this.#left = size;
    if (size > 0) this.#what = 'extra';
  }

  #noteExtra(): void {
    const text = Buffer.concat(this.#extraBytes).toString('utf8');
    const plain = text.replace(/\0.*$/s, '');
    if (this.#extraType === 'L') this.#extra = { ...this.#extra, path: plain };
    else if (this.#extraType === 'K') this.#extra = { ...this.#extra, linkpath: plain };
    else if (this.#extraType === 'x') this.#extra = { ...this.#extra, ...paxRecords(text) };
  }

  *#entry(type: string, size: number): Generator<TarItem> {
    const extra = this.#extra;
    this.#extra = {};
    const path = inside(extra.path ?? nameOf(this.#block));
    const mode = octal(this.#block, 100, 8) & 0o777;
    if (path === undefined || this.#belowLink(path)) {
      this.#wrong = 'a path in the archive leads out of it';
      return;
    }
    if (++this.#entries > this.#limits.entries) {
      this.#wrong = `the archive has more than ${this.#limits.entries} entries`;
      return;
    }
    const isFile = type === '0' || type === '\0' || type === '7';
    if (isFile) yield* this.#file(path, mode, size);
    else if (size > 0) this.#wrong = `${path} has bytes and is no file`;
    else if (type === '5') {
      if (path !== '.') yield { kind: 'folder', path, mode };
    } else if (type === '2') yield* this.#link(path, extra.linkpath ?? text(this.#block, 157, 100));
    else this.#wrong = `${path} is a device, a hard link or something else that is not unpacked`;
  }

  *#file(path: string, mode: number, size: number): Generator<TarItem> {
    this.#bytes += size;
    if (this.#bytes > this.#limits.bytes || path === '.') {
      this.#wrong = `the archive unpacks to more than ${this.#limits.bytes} bytes`;
      return;
    }
    this.#left = size;
    this.#padding = padded(size);
    yield { kind: 'file', path, mode, bytes: size };
    if (size === 0) yield { kind: 'end' };
    else this.#what = 'data';
  }

  *#link(path: string, target: string): Generator<TarItem> {
    const leads = posix.normalize(posix.join(posix.dirname(path), target));
    const isOut =
      target === '' || target.startsWith('/') || leads === '..' || leads.startsWith('../');
    if (isOut || target.includes('\0') || path === '.') {
      this.#wrong = `the link ${path} leads out of the archive`;
      return;
    }
    this.#links.add(path);
    yield { kind: 'link', path, target };
  }

  /** Through a link, a path is another than it looks. */
  #belowLink(path: string): boolean {
    if (this.#links.size === 0) return false;
    const parts = path.split('/');
    return parts.some((_, at) => this.#links.has(parts.slice(0, at + 1).join('/')));
  }
}

function inside(path: string): string | undefined {
  if (path === '' || path.startsWith('/') || path.includes('\0')) return undefined;
  if (path.length > MOST_PATH || path.split('/').includes('..')) return undefined;
  const plain = posix.normalize(path).replace(/\/$/, '');
  return plain === '' ? '.' : plain;
}

function nameOf(block: Buffer): string {
  const isUstar = block.toString('latin1', 257, 262) === 'ustar' && block[262] === 0;
  const prefix = isUstar ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

function paxRecords(text: string): Extra {
  const found: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const [, key = '', value = ''] = /^\d+ (path|linkpath|size)=(.*)$/s.exec(line) ?? [];
    if (key !== '') found[key] = value;
  }
  return found;
}

function text(block: Buffer, at: number, length: number): string {
  const bytes = block.subarray(at, at + length);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? length : end);
}

function octal(block: Buffer, at: number, length: number): number {
  const digits = text(block, at, length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

function sumFits(block: Buffer): boolean {
  let sum = 8 * 0x20;
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) sum += block[at] ?? 0;
  return octal(block, 148, 8) === sum;
}

function padded(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}
