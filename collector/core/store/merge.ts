/** Pieces of one series, in the order of their writing, to one ascending run: later pieces win. */
import { bitsOf, copyBits, lowerBound } from './cells.ts';
import { decodeInto, type ParsedChunk, type Samples } from './chunk.ts';
import { type Doubles, LASTING } from './slab.ts';

/** A dense chunk that is not decoded yet: its values go straight to where they are wanted. */
export interface Undecoded {
  readonly times: Float64Array;
  readonly chunk: ParsedChunk;
  /** Where it is from. */
  readonly folder: string;
}

export type Piece = Samples | Undecoded;

const NOTHING: Samples = { times: new Float64Array(), values: new Float64Array() };

/** Cuts an ascending piece to [from, to], without a copy. */
export function clip({ times, values }: Samples, from: number, to: number): Samples {
  const length = times.length;
  if (length === 0 || ((times[0] as number) >= from && (times[length - 1] as number) <= to)) {
    return { times, values };
  }
  const known = cut?.of === times && cut.from === from && cut.to === to ? cut : undefined;
  cut = known ?? cutOf(times, from, to);
  return { times: cut.times, values: values.subarray(cut.first, cut.first + cut.times.length) };
}

/** Instants cut last: those of the next series are often the same, and are then told to be. */
let cut: Cut | undefined;

interface Cut {
  readonly of: Float64Array;
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly times: Float64Array;
}

function cutOf(of: Float64Array, from: number, to: number): Cut {
  const first = lowerBound(of, from);
  let last = lowerBound(of, to);
  if (of[last] === to) last++;
  return { of, from, to, first, times: of.subarray(first, last) };
}

/** Each piece ascends strictly; where two hold one instant, the later in the list is taken. */
export function mergeSamples(pieces: readonly Samples[], doubles: Doubles = LASTING): Samples {
  const full = pieces.filter((piece) => piece.times.length > 0);
  const [first] = full;
  if (first === undefined) return NOTHING;
  if (full.length === 1) return first;
  if (apart(full)) return concat(full, doubles);
  const sorted = [...full].sort((a, b) => (a.times[0] as number) - (b.times[0] as number));
  return apart(sorted) ? concat(sorted, doubles) : interleave(full, doubles);
}

/** Pieces that follow one another in time, as one; `undefined` when they do not, or one is damaged. */
export function joinPieces(
  pieces: readonly Piece[],
  doubles: Doubles = LASTING,
): Samples | undefined {
  if (!apart(pieces)) return undefined;
  const [first] = pieces;
  const times =
    pieces.length === 1 && first !== undefined ? first.times : concatTimes(pieces, doubles);
  const values = doubles.take(times.length);
  let at = 0;
  for (const piece of pieces) {
    if ('values' in piece) values.set(piece.values, at);
    else if (!decodeInto(piece.chunk, values, at)) return undefined;
    at += piece.times.length;
  }
  return { times, values };
}

function apart(sorted: readonly Piece[]): boolean {
  for (let i = 1; i < sorted.length; i++) {
    const before = (sorted[i - 1] as Piece).times;
    if ((before[before.length - 1] as number) >= ((sorted[i] as Piece).times[0] as number))
      return false;
  }
  return true;
}

function concat(pieces: readonly Samples[], doubles: Doubles): Samples {
  const times = concatTimes(pieces, doubles);
  const values = doubles.take(times.length);
  let at = 0;
  for (const piece of pieces) {
    values.set(piece.values, at);
    at += piece.values.length;
  }
  return { times, values };
}

/** Instants put together last, and of what: the next series of the device most often has the same. */
let joined: Joined | undefined;

interface Joined {
  readonly parts: readonly Float64Array[];
  readonly whole: Float64Array;
  readonly epoch: object;
}

function concatTimes(pieces: readonly Piece[], doubles: Doubles): Float64Array {
  const { epoch } = doubles;
  if (joined?.epoch === epoch && isOf(joined.parts, pieces)) return joined.whole;
  let total = 0;
  for (const { times } of pieces) total += times.length;
  const whole = doubles.take(total);
  let at = 0;
  for (const { times } of pieces) {
    whole.set(times, at);
    at += times.length;
  }
  joined = { parts: pieces.map(({ times }) => times), whole, epoch };
  return whole;
}

function isOf(parts: readonly Float64Array[], pieces: readonly Piece[]): boolean {
  if (parts.length !== pieces.length) return false;
  for (let i = 0; i < parts.length; i++) if (parts[i] !== pieces[i]?.times) return false;
  return true;
}

function interleave(pieces: readonly Samples[], doubles: Doubles): Samples {
  const all = concat(pieces, doubles);
  const order = Uint32Array.from(all.times, (_, i) => i);
  // The sort is stable only by its second word: of one instant, the later piece comes last.
  order.sort((a, b) => (all.times[a] as number) - (all.times[b] as number) || a - b);
  const times = new Float64Array(order.length);
  const values = new Float64Array(order.length);
  const from = bitsOf(all.values);
  const to = bitsOf(values);
  let count = -1;
  for (const i of order) {
    const time = all.times[i] as number;
    if (count < 0 || times[count] !== time) times[++count] = time;
    copyBits(from, i, to, count);
  }
  return { times: times.subarray(0, count + 1), values: values.subarray(0, count + 1) };
}
