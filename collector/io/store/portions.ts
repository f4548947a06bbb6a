/**
 * Series of a selection some at a time, so that a rule over all devices holds the samples of few of
 * them. How many is told by the length of the time alone: nothing is known of the samples yet.
 */
import { type Matcher, METRIC } from '../../core/store/model.ts';

/** Two megabytes of values. */
const SAMPLES = 262_144;
/** The beat that is reckoned with: a faster one makes larger portions. */
const BEAT_MS = 10_000;
/** Each portion waits for the disk on its own, so they are not to be many. */
const LEAST = 128;
/** Series cost something by themselves, however few their samples are. */
const MOST = 1024;

/** How many series at a time. */
export function portionSize(matchers: readonly Matcher[], from: number, to: number): number {
  // Series of one device are of many metrics, and each metric is a range of keys of its own.
  if (!matchers.some(({ name, op }) => name === METRIC && op === '=')) return MOST;
  const samples = Math.max(1, (to - from) / BEAT_MS);
  return Math.min(MOST, Math.max(LEAST, Math.floor(SAMPLES / samples)));
}

export function* portionsOf<Ids extends Sliceable<Ids>>(ids: Ids, size: number): Generator<Ids> {
  for (let begin = 0; begin < ids.length; begin += size) yield ids.slice(begin, begin + size);
}

interface Sliceable<Ids> {
  readonly length: number;
  slice(begin: number, end: number): Ids;
}
