/** Makes a copy-delta; used where releases are published. */
import { MAGIC, writeVarint, zigzag } from './format.ts';
import { hashAt, type Match, Matcher, rolled, WINDOW } from './match.ts';

/** Long enough: what comes later is looked for anew, which keeps repeating files fast. */
const GOOD = 4_096;

export function encodeDelta(old: Uint8Array, fresh: Uint8Array): Uint8Array {
  const out = new Writer();
  out.varint(old.length);
  out.varint(fresh.length);
  const matcher = new Matcher(old);
  let done = 0;
  let at = 0;
  let end = 0;
  let hash = fresh.length >= WINDOW ? hashAt(fresh, 0) : 0;
  while (at + WINDOW <= fresh.length) {
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
  return out.bytes();
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
  readonly #parts: Uint8Array[] = [MAGIC];

  varint(value: number): void {
    const bytes: number[] = [];
    writeVarint(value, bytes);
    this.#parts.push(Uint8Array.from(bytes));
  }

  copy(from: number, length: number, end: number): void {
    this.varint(length * 2);
    this.varint(zigzag(from - end));
  }

  insert(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.varint(bytes.length * 2 + 1);
    this.#parts.push(bytes);
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}
