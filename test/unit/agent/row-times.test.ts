/** The time of each row goes on from the batch before, whatever the clock did between them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowTimes, type Told, toldUntil } from '../../../agent/core/row-times.ts';
import { observe, startTimeline, type Timeline } from '../../../agent/core/timeline.ts';

const NOW = Date.UTC(2026, 10, 21);
const timeline = (by: number, synced = true): Timeline =>
  startTimeline({ wall: NOW + by, mono: 0, synced }, 0);

describe('times of rows', () => {
  it('are those of the timeline where nothing was told before', () => {
    expect(rowTimes(timeline(0), undefined)(5_000)).toBe(NOW + 5_000);
  });

  it('go on from the last row when the clock was slewed, a tenth of the distance at most', () => {
    const told = toldUntil(timeline(0), undefined, 60_000);
    const timeOf = rowTimes(timeline(-1_000), told);
    const times = [61_000, 62_000, 69_000, 70_000, 80_000].map((mono) => timeOf(mono) - NOW);
    expect(times).toEqual([60_900, 61_800, 68_100, 69_000, 79_000]);
    // A sampler that answered late.
    expect(timeOf(59_000)).toBe(NOW + 59_000);
  });

  it('are the new ones at once when the time was corrected', () => {
    const told = toldUntil(timeline(0), undefined, 60_000);
    expect(rowTimes(timeline(-2_000), told)(61_000)).toBe(NOW + 59_000);
    expect(rowTimes(timeline(86_400_000), told)(61_000)).toBe(NOW + 86_461_000);
  });

  it('are the new ones at once when those before are moved: the clock was not set', () => {
    expect(toldUntil(timeline(0, false), undefined, 60_000)).toBeUndefined();
  });

  it('a batch of late rows alone changes nothing', () => {
    const told = toldUntil(timeline(0), undefined, 60_000);
    expect(toldUntil(timeline(-1_000), told, 59_000)).toBe(told);
  });

  it('ascend over batches of any length, however the clock is slewed', () => {
    const step = fc.record({
      rows: fc.integer({ min: 1, max: 90 }),
      by: fc.integer({ min: -1_900, max: 1_900 }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 20 }),
        fc.integer({ min: 1, max: 20_000 }),
        (steps, interval) => {
          let line = timeline(0);
          let told: Told | undefined;
          let mono = 0;
          let before = 0;
          let least = Number.POSITIVE_INFINITY;
          for (const { rows, by } of steps) {
            const first = mono + interval;
            mono += rows * interval;
            line = observe(line, { wall: mono + line.offset + by, mono, synced: true }, 0);
            // The rows' own bound is the one of a correction.
            if (told !== undefined && Math.abs(line.offset - told.offset) >= 2_000)
              told = undefined;
            if (told === undefined) before = 0;
            const timeOf = rowTimes(line, told);
            for (let row = first; row <= mono; row += interval) {
              const time = timeOf(row);
              least = Math.min(least, time - before);
              before = time;
            }
            told = toldUntil(line, told, mono);
          }
          // Whole milliseconds: of one, a tenth is all.
          expect(least).toBeGreaterThanOrEqual(interval === 1 ? 0 : 1);
        },
      ),
    );
  });
});
