/**
 * A time zone's file (TZif, RFC 9636) as the machine has it: when its clocks are how far ahead of
 * UTC. The runtime knows zones too, but asking it costs an agent 8 MB of memory.
 */
import { posixOffsets } from './posix-zone.ts';

/** Milliseconds ahead of UTC at an instant. */
export type Offsets = (instant: number) => number;

const HEADER = 44;
const TYPE = 6;

/** `undefined`: not such a file, or one of a kind that we do not read. */
export function tzifOffsets(file: Uint8Array): Offsets | undefined {
  try {
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    const isOurs = Buffer.from(file.subarray(0, 4)).toString('latin1') === 'TZif';
    if (!isOurs || view.getUint8(4) < 0x32) return undefined;
    const second = HEADER + sizeOf(countsAt(view, 0), 4);
    return offsetsOf(view, second + HEADER, countsAt(view, second), file);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

type Counts = ReturnType<typeof countsAt>;

function countsAt(view: DataView, at: number) {
  const count = (index: number): number => view.getUint32(at + 20 + index * 4);
  return {
    rest: count(0) + count(1),
    leaps: count(2),
    times: count(3),
    types: count(4),
    letters: count(5),
  };
}

function sizeOf({ rest, leaps, times, types, letters }: Counts, timeBytes: number): number {
  return times * (timeBytes + 1) + types * TYPE + letters + leaps * (timeBytes + 4) + rest;
}

function offsetsOf(
  view: DataView,
  at: number,
  counts: Counts,
  file: Uint8Array,
): Offsets | undefined {
  const types = at + counts.times * 9;
  const offsetOf = (type: number): number => view.getInt32(types + type * TYPE) * 1000;
  const changes = Array.from({ length: counts.times }, (_, index) => ({
    from: Number(view.getBigInt64(at + index * 8)) * 1000,
    offset: offsetOf(view.getUint8(at + counts.times * 8 + index)),
  }));
  const first = offsetOf(0);
  const footer = Buffer.from(file.subarray(at + sizeOf(counts, 8))).toString('latin1');
  const later = posixOffsets(footer.trim());
  if (later === undefined) return undefined;
  const last = changes.at(-1)?.from ?? Number.NEGATIVE_INFINITY;
  return (instant) => {
    if (instant >= last) return later(instant);
    return changes.findLast(({ from }) => from <= instant)?.offset ?? first;
  };
}
