/**
 * What the buffer gives up first when it is at its cap, and how losses are put together.
 *
 * Samples come again every few seconds; a log line or a trace is said once but seldom missed; an
 * event, a report or an answer may be the only word about what happened.
 */
import { MAX_RANGES } from '../../protocol/messages/ranges.ts';
import { type NumberSet, nameRange } from './number-set.ts';

/** Dropped in this order; within one class the oldest first. */
const DROP_ORDER = [
  { name: 'samples', kinds: ['m'] },
  { name: 'lines', kinds: ['log', 'trace'] },
  { name: 'events', kinds: ['event', 'report', 'res'] },
] as const;

export const DROP_CLASSES = DROP_ORDER.length;

export function dropClass(kind: string): number {
  return DROP_ORDER.findIndex(({ kinds }) => (kinds as readonly string[]).includes(kind));
}

/**
 * Records given up, for a gap record: the port's `BufferLoss`. Over the 256 intervals that one
 * message may name, the smallest go unnamed: the collector finds them missing by itself.
 */
export interface Loss {
  readonly cause: 'full' | 'thinned' | 'damaged';
  readonly epoch: string;
  readonly numbers: NumberSet;
  readonly from: number;
  /** Absent: until it is told. */
  readonly to?: number;
  readonly samples: number;
}

/**
 * Adds a loss to the account: to the newest entry of its cause and epoch from `open` on, else as a
 * new one. Entries before `open` were shown to the caller and must not change under its hands.
 */
export function addLoss(losses: readonly Loss[], open: number, loss: Loss): readonly Loss[] {
  const at = losses.findLastIndex(
    (one, i) => i >= open && one.cause === loss.cause && one.epoch === loss.epoch,
  );
  const same = losses[at];
  if (same === undefined) return [...losses, loss];
  return losses.with(at, joinLosses(same, loss));
}

/** Puts entries together again that were apart only because the caller had seen some of them. */
export function tidyLosses(losses: readonly Loss[]): readonly Loss[] {
  return losses.reduce<readonly Loss[]>((tidy, loss) => addLoss(tidy, 0, loss), []);
}

function joinLosses(a: Loss, b: Loss): Loss {
  const isOver = a.to !== undefined && b.to !== undefined;
  return {
    cause: a.cause,
    epoch: a.epoch,
    numbers: b.numbers.reduce<NumberSet>(
      (set, range) => nameRange(set, range, MAX_RANGES),
      a.numbers,
    ),
    from: Math.min(a.from, b.from),
    ...(isOver && { to: Math.max(a.to, b.to) }),
    samples: a.samples + b.samples,
  };
}

/**
 * How much of the backlog, from the oldest, each thinning pass may reach: by age a batch loses
 * half of its rows, then half of the rest, and is dropped last. The newest quarter stays whole.
 */
const PASS_REACH: readonly number[] = [3 / 4];

export const THIN_PASSES = PASS_REACH.length;

/** `undefined` when it is time to drop. `ranks` says how far each pass has come, of `total`. */
export function nextThinning(ranks: readonly number[], total: number): number | undefined {
  const pass = PASS_REACH.findIndex((reach, i) => (ranks[i] ?? 0) < Math.floor(total * reach));
  return pass < 0 ? undefined : pass;
}

/** Rank up to which a pass may go. */
export function passReach(pass: number, total: number): number {
  return Math.floor(total * (PASS_REACH[pass] ?? 0));
}

const LEAST_CHUNK = 65_536;
const MOST_CHUNK = 3_145_728;

/**
 * Freed at once at the cap, so that most appends there need not free anything: a sixteenth, but
 * neither so little that it happens all the time, nor so much that it takes long.
 */
export function chunkBytes(capBytes: number): number {
  const share = Math.min(MOST_CHUNK, Math.max(LEAST_CHUNK, capBytes / 16));
  return Math.floor(Math.min(share, capBytes / 4));
}
