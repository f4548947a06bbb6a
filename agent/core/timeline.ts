/**
 * What time it was: from milliseconds since boot to UTC, fixed once for each record.
 *
 * The monotonic clock never lies about order and distance; the wall clock may be unset, wrong or
 * stepped. A timeline is the offset between them and how far it can be trusted. Samples carry
 * monotonic time; the offset is applied when a record is made, or later if it was unset then.
 */
import { CLOCK, type ClockTrust } from '../../protocol/messages/envelope.ts';

export interface Timeline {
  /** UTC milliseconds minus milliseconds since boot. */
  readonly offset: number;
  readonly trust: ClockTrust;
  /** While a step of the wall clock is not believed yet: since when (monotonic) it is seen. */
  readonly stepSince?: number;
  /** Monotonic time of the last look, from which slewing is measured. */
  readonly seenAt?: number;
  /** The wall clock's offset that the collector contradicted: not believed until it moves. */
  readonly refuted?: number;
  /** The collector settled it once: a word of it that says otherwise may be an old one. */
  readonly heard?: true;
  /** Such a word: the offset that it means, and when (monotonic) it came first. */
  readonly doubt?: { readonly offset: number; readonly since: number };
}

/** One look at the clocks. */
export interface ClockReading {
  readonly wall: number;
  readonly mono: number;
  /** Whether the operating system says that its clock follows a reference; `undefined`: unknown. */
  readonly synced: boolean | undefined;
}

/** Below this difference the wall clock is followed without a thought (slewing, rounding). */
export const SLEW_MS = 2_000;
/** So much of the time that passed: no more is put in or taken out at once. */
export const SLEW_SHARE = 0.1;
/** A stepped wall clock is believed after this long when nobody contradicts it. */
const STEP_HOLD_MS = 600_000;
/** Further from the collector's time than this, a clock is wrong, whoever set it. */
const COLLECTOR_TOLERANCE_MS = 60_000;
/**
 * What waited in a socket while the machine slept tells the time of before, all of it within a moment
 * of waking. A collector that means it says the same again later.
 */
const DOUBT_MS = 2_000;

/** The timeline of a fresh start. `earliest` is a time that has certainly passed (the build's). */
export function startTimeline(reading: ClockReading, earliest: number): Timeline {
  const plausible = reading.wall >= earliest;
  const trusted = plausible && reading.synced !== false;
  return {
    offset: reading.wall - reading.mono,
    trust: trusted ? CLOCK.synced : CLOCK.unset,
    seenAt: reading.mono,
  };
}

/** Follows the wall clock: at once when it slews, after a while when it jumps. */
export function observe(timeline: Timeline, reading: ClockReading, earliest: number): Timeline {
  if (timeline.trust === CLOCK.unset) {
    const started = startTimeline(reading, earliest);
    // An unset clock that moves is still unset, and records of one boot keep their distance.
    return started.trust === CLOCK.synced ? started : timeline;
  }
  const offset = reading.wall - reading.mono;
  if (Math.abs(offset - timeline.offset) < SLEW_MS) return slew(timeline, reading, offset);
  const { refuted } = timeline;
  if (refuted !== undefined && Math.abs(offset - refuted) < COLLECTOR_TOLERANCE_MS) return timeline;
  const since = timeline.stepSince ?? reading.mono;
  const believed =
    reading.mono - since >= STEP_HOLD_MS && reading.synced !== false && reading.wall >= earliest;
  if (!believed) return { ...timeline, stepSince: since };
  const { heard } = timeline;
  return { offset, trust: CLOCK.synced, ...(heard && { heard }) };
}

/** Time never stands still, nor goes back: a leap second is spread over the next ten. */
function slew(timeline: Timeline, { mono }: ClockReading, offset: number): Timeline {
  const most = (mono - (timeline.seenAt ?? mono)) * SLEW_SHARE;
  const by = Math.max(-most, Math.min(most, offset - timeline.offset));
  const { offset: from, trust, heard, doubt } = timeline;
  return {
    offset: from + by,
    trust,
    seenAt: mono,
    ...(heard && { heard }),
    ...(doubt && { doubt }),
  };
}

/**
 * The collector told its time. It settles a timeline that is unset, confirms or refutes a step at
 * once, and overrules a clock that is plainly wrong.
 */
export function hearCollector(
  timeline: Timeline,
  reading: ClockReading,
  collectorNow: number,
): Timeline {
  const theirs = collectorNow - reading.mono;
  const own = reading.wall - reading.mono;
  const near = (offset: number) => Math.abs(offset - theirs) < COLLECTOR_TOLERANCE_MS;
  if (near(own)) {
    const trust = CLOCK.synced;
    const close = timeline.trust !== CLOCK.unset && Math.abs(own - timeline.offset) < SLEW_MS;
    const { offset, seenAt } = close
      ? slew(timeline, reading, own)
      : { offset: own, seenAt: reading.mono };
    return { offset, trust, ...(seenAt !== undefined && { seenAt }), heard: true };
  }
  const known = timeline.trust !== CLOCK.unset;
  if (known && near(timeline.offset)) {
    return { offset: timeline.offset, trust: timeline.trust, refuted: own, heard: true };
  }
  const since = timeline.doubt !== undefined && near(timeline.doubt.offset) && timeline.doubt.since;
  const isSure = since !== false && reading.mono - since >= DOUBT_MS;
  if (known && timeline.heard && !isSure) {
    return since === false
      ? { ...timeline, doubt: { offset: theirs, since: reading.mono } }
      : timeline;
  }
  return { offset: theirs, trust: CLOCK.estimated, refuted: own, heard: true };
}

export function wallAt(timeline: Timeline, mono: number): number {
  return Math.round(mono + timeline.offset);
}
