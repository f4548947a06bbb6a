/**
 * Instants that chunks carry themselves, each run of them once: a regular beat is the same for all
 * series of a scrape, and as arrays of their own they would take as much as the values.
 */
import type { ByteReader } from '../../../protocol/bytes/reader.ts';
import { type Doubles, LASTING } from './slab.ts';
import { decodeTimes } from './times.ts';

/** Different first instants that are remembered. */
const MOST = 10_000;

interface Known {
  readonly count: number;
  readonly base: number;
  readonly encoded: Uint8Array;
  readonly times: Float64Array;
}

export class KnownTimes {
  /** By the first bytes of their encoding, which are the first instant. */
  private readonly byStart = new Map<number, Known>();
  private readonly doubles: Doubles;

  constructor(doubles: Doubles = LASTING) {
    this.doubles = doubles;
  }

  /** As `decodeTimes`; what is the same is the same array. */
  decode(input: ByteReader, count: number, base: number): Float64Array | undefined {
    const { bytes, pos } = input;
    const start = startOf(bytes, pos);
    const known = this.byStart.get(start);
    if (known?.count === count && known.base === base && begins(bytes, pos, known.encoded)) {
      input.pos += known.encoded.length;
      return known.times;
    }
    const times = decodeTimes(input, count, base, this.doubles);
    if (times === undefined || input.broken) return times;
    if (this.byStart.size >= MOST) this.byStart.clear();
    this.byStart.set(start, { count, base, encoded: bytes.slice(pos, input.pos), times });
    return times;
  }
}

function startOf(bytes: Uint8Array, pos: number): number {
  return (bytes[pos] ?? 0) | ((bytes[pos + 1] ?? 0) << 8) | ((bytes[pos + 2] ?? 0) << 16);
}

/** The same count and the same bytes are the same instants, whatever follows. */
function begins(bytes: Uint8Array, pos: number, encoded: Uint8Array): boolean {
  for (let i = 0; i < encoded.length; i++) if (bytes[pos + i] !== encoded[i]) return false;
  return true;
}
