/** The account of what a device's data lacks: the newest gaps, within bounds. */
import type { Gap } from '../../protocol/messages/event.ts';
import { Intervals } from './intervals.ts';

export interface GapRecord extends Gap {
  /** When the collector learned of it, UTC milliseconds. */
  readonly reportedAt: number;
}

interface Account {
  readonly gaps: GapRecord[];
  gapsDropped: number;
}

const MAX_GAPS = 500;
/** Ranges kept of one gap: the interval of time is the account, numbers are for finding it. */
const MAX_NUMBERS = 64;

export function addGap(device: Account, gap: GapRecord): void {
  device.gaps.push({ ...gap, numbers: gap.numbers.slice(0, MAX_NUMBERS) });
  if (device.gaps.length > MAX_GAPS) {
    device.gaps.shift();
    device.gapsDropped++;
  }
}

/**
 * Adds a gap that the device itself reports. It may come after a later batch whose `low` had passed
 * its numbers: what was called unreported then has its cause now.
 */
export function addReported(device: Account, gap: GapRecord): void {
  const explained = Intervals.from(gap.numbers);
  if (explained.size > 0) {
    const kept = device.gaps.flatMap((one) => (concerns(one, gap) ? without(one, explained) : one));
    if (kept.length < device.gaps.length || kept.some((one, i) => one !== device.gaps[i]))
      device.gaps.splice(0, device.gaps.length, ...kept);
  }
  addGap(device, gap);
}

function concerns(one: GapRecord, { epoch }: GapRecord): boolean {
  return one.cause === 'unreported' && one.epoch === epoch;
}

function without(one: GapRecord, explained: Intervals): GapRecord[] {
  const numbers = one.numbers.flatMap(({ first, last }) => explained.holes(first, last));
  return numbers.length === 0 ? [] : [{ ...one, numbers }];
}
