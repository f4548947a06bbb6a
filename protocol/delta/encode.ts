/** Makes a copy-delta; used where releases are published. */
import { MAGIC, writeVarint, zigzag } from './format.ts';
import { hashAt, type Match, Matcher, rolled, WINDOW } from './match.ts';

/** Long enough: what comes later is looked for anew, which keeps repeating files fast. */
const GOOD = 4_096;
/** Small pieces are gathered until they are so many bytes. */
const GATHERED = 65_536;
/** Of the new file, after which it is said how far it has come. */
const STRIDE = 1 << 20;

/** The next bytes of a delta, and how many of the new file it stands for so far. */
export interface DeltaPiece {
  readonly bytes: Uint8Array;
  readonly done: number;
}

export function encodeDelta(old: Uint8Array, fresh: Uint8Array): Uint8Array {
  return Buffer.concat(Array.from(deltaPieces(old, fresh), ({ bytes }) => bytes));
}

/** Before the operations. */
export function deltaHead(old: number, fresh: number): Uint8Array {
  const lengths: number[] = [];
  writeVarint(old, lengths);
  writeVarint(fresh, lengths);
  return Uint8Array.from([...MAGIC, ...lengths]);
}

/** Before the bytes of an insert. */
export function insertHead(length: number): Uint8Array {
  const bytes: number[] = [];
  writeVarint(length * 2 + 1, bytes);
  return Uint8Array.from(bytes);
}

/** The delta in pieces, so that one of any length takes little memory beside the two files. */
export function* deltaPieces(old: Uint8Array, fresh: Uint8Array): Generator<DeltaPiece> {
  const out = new Writer(deltaHead(old.length, fresh.length));
  const matcher = new Matcher(old);
  let done = 0;
  let at = 0;
  let end = 0;
  let told = 0;
  let hash = fresh.length >= WINDOW ? hashAt(fresh, 0) : 0;
  while (at + WINDOW <= fresh.length) {
    if (out.gathered >= GATHERED || at - told >= STRIDE) {
      told = at;
      yield* out.taken(at);
    }
    const match = bestAt(matcher, fresh, hash, at, done, end);
    if (match === undefined) {
      at++;
      if (at + WINDOW <= fresh.length) hash = rolled(hash, fresh, at);
      continue;
    }
    out.insert(fresh.subarray(done, match.at));
    out.copy(match.from, match.length, end);
    end = match.from + match.length;
    done = match.at + match.length;
    at = done;
    if (at + WINDOW <= fresh.length) hash = hashAt(fresh, at);
  }
  out.insert(fresh.subarray(done));
  yield* out.taken(fresh.length);
}

function bestAt(
  matcher: Matcher,
  fresh: Uint8Array,
  hash: number,
  at: number,
  start: number,
  end: number,
): Match | undefined {
  // What was inserted since is likely to have taken the place of as many bytes.
  const first = matcher.find(fresh, hash, at, start, end + (at - start));
  if (first === undefined || first.length >= GOOD || at + 1 + WINDOW > fresh.length) return first;
  const second = matcher.find(fresh, rolled(hash, fresh, at + 1), at + 1, start, end);
  return second !== undefined && second.length > first.length + 8 ? second : first;
}

class Writer {
  #whole: Uint8Array[] = [];
  #small: number[];

  constructor(head: Uint8Array) {
    this.#small = [...head];
  }

  /** Bytes of memory, about: those of the new file are only pointed to. */
  get gathered(): number {
    return this.#small.length + this.#whole.length * 100;
  }

  copy(from: number, length: number, end: number): void {
    writeVarint(length * 2, this.#small);
    writeVarint(zigzag(from - end), this.#small);
  }

  insert(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    writeVarint(bytes.length * 2 + 1, this.#small);
    if (bytes.length <= WINDOW) {
      for (const byte of bytes) this.#small.push(byte);
      return;
    }
    this.#whole.push(Uint8Array.from(this.#small), bytes);
    this.#small = [];
  }

  /** At least one piece, also without bytes: whoever shows progress waits for it. */
  *taken(done: number): Generator<DeltaPiece> {
    for (const bytes of this.#whole) yield { bytes, done };
    yield { bytes: Uint8Array.from(this.#small), done };
    this.#whole = [];
    this.#small = [];
  }
}
