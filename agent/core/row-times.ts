/**
 * The time of day of each row of a batch. The timeline's offset is that of the moment in which the
 * batch is made: a clock that was slewed by a second since the batch before (a leap second) would move
 * the first of these rows onto the last of those. So it is spread here too, over the rows.
 */
import { CLOCK } from '../../protocol/messages/envelope.ts';
import { SLEW_MS, SLEW_SHARE, type Timeline } from './timeline.ts';

/** The last row that has a time, and the offset that it was given. */
export interface Told {
  readonly mono: number;
  readonly offset: number;
}

/** From milliseconds since boot to UTC. A time that was corrected by more than a slew holds at once. */
export function rowTimes(timeline: Timeline, told: Told | undefined): (mono: number) => number {
  return (mono) => Math.round(mono + offsetAt(timeline, told, mono));
}

/** What the next batch is to go on from; nothing where the times of this one are still to be moved. */
export function toldUntil(
  timeline: Timeline,
  before: Told | undefined,
  mono: number,
): Told | undefined {
  if (timeline.trust === CLOCK.unset) return undefined;
  if (before !== undefined && mono < before.mono) return before;
  return { mono, offset: offsetAt(timeline, before, mono) };
}

function offsetAt({ offset }: Timeline, told: Told | undefined, mono: number): number {
  const by = offset - (told?.offset ?? offset);
  if (told === undefined || Math.abs(by) >= SLEW_MS) return offset;
  // A sampler that answered late belongs before the last row: it has its offset.
  const most = Math.max(0, mono - told.mono) * SLEW_SHARE;
  return told.offset + Math.max(-most, Math.min(most, by));
}
