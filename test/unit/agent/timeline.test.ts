/** Clocks: what is believed, when, and where records of untimed boots go. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noteBoot, placeBoots, type UntimedBoot } from '../../../agent/core/boots.ts';
import {
  hearCollector,
  observe,
  startTimeline,
  type Timeline,
  wallAt,
} from '../../../agent/core/timeline.ts';
import { CLOCK } from '../../../protocol/messages/envelope.ts';

const EARLIEST = Date.UTC(2026, 0, 1);
const NOW = Date.UTC(2026, 10, 21);
const YEARS = 10 * 365 * 86_400_000;
const read = (wall: number, mono: number, synced: boolean | undefined = true) => ({
  wall,
  mono,
  synced,
});

describe('timeline', () => {
  it('believes a plausible clock that nobody contradicts', () => {
    expect(startTimeline(read(NOW, 5_000, undefined), EARLIEST).trust).toBe(CLOCK.synced);
    expect(startTimeline(read(NOW, 5_000, false), EARLIEST).trust).toBe(CLOCK.unset);
    expect(startTimeline(read(0, 5_000, true), EARLIEST).trust).toBe(CLOCK.unset);
  });

  it('follows slewing at once', () => {
    const start = startTimeline(read(NOW, 0), EARLIEST);
    const later = observe(start, read(NOW + 10_000 + 400, 10_000), EARLIEST);
    expect(wallAt(later, 10_000)).toBe(NOW + 10_400);
  });

  it.each([YEARS, -YEARS])('holds its time through a step of %d ms until it lasts', (step) => {
    let timeline = startTimeline(read(NOW, 0), EARLIEST);
    for (let mono = 10_000; mono < 600_000; mono += 10_000) {
      timeline = observe(timeline, read(NOW + mono + step, mono), EARLIEST);
      expect(wallAt(timeline, mono)).toBe(NOW + mono);
    }
    const after = observe(timeline, read(NOW + 700_000 + step, 700_000), EARLIEST);
    // A clock before this program's time is never believed.
    expect(wallAt(after, 700_000)).toBe(NOW + 700_000 + Math.max(step, 0));
  });

  it('lets the collector refute a step, or confirm it', () => {
    const start = startTimeline(read(NOW, 0), EARLIEST);
    const stepped = read(NOW + 10_000 + YEARS, 10_000);
    const held = observe(start, stepped, EARLIEST);
    expect(wallAt(hearCollector(held, stepped, NOW + 10_100), 10_000)).toBe(NOW + 10_000);
    const confirmed = hearCollector(held, stepped, NOW + 10_050 + YEARS);
    expect(confirmed).toMatchObject({ offset: NOW + YEARS, trust: CLOCK.synced });
  });

  it('takes the time from the collector when it has no other', () => {
    const unset = startTimeline(read(1_000, 1_000, false), EARLIEST);
    const heard = hearCollector(unset, read(2_000, 2_000, false), NOW);
    expect(heard.trust).toBe(CLOCK.estimated);
    expect(wallAt(heard, 2_000)).toBe(NOW);
  });

  it('spreads a leap second, so that no two samples share a time', () => {
    let timeline = startTimeline(read(NOW, 0), EARLIEST);
    const times: number[] = [];
    for (let mono = 1_000; mono <= 20_000; mono += 1_000) {
      const wall = NOW + mono - (mono >= 5_000 ? 1_000 : 0);
      timeline = observe(timeline, read(wall, mono), EARLIEST);
      times.push(wallAt(timeline, mono));
    }
    expect(Math.min(...times.slice(1).map((time, n) => time - (times[n] ?? 0)))).toBe(900);
    expect(times.at(-1)).toBe(NOW + 19_000);
  });

  it('does not believe a clock that the collector refuted, however long that is away', () => {
    const wrong = (mono: number) => read(NOW + YEARS + mono, mono, undefined);
    let timeline = startTimeline(wrong(0), EARLIEST);
    timeline = hearCollector(timeline, wrong(1_000), NOW + 1_000);
    for (let mono = 2_000; mono < 3_600_000; mono += 10_000)
      timeline = observe(timeline, wrong(mono), EARLIEST);
    expect(wallAt(timeline, 3_600_000)).toBe(NOW + 3_600_000);
  });

  it('does not go back by what the collector said before the machine slept', () => {
    const day = 86_400_000;
    const awake = read(NOW + 1_000, 1_000);
    const start = hearCollector(startTimeline(awake, EARLIEST), awake, NOW + 1_000);
    const woken = (after: number) => read(NOW + day + after, day + after);
    let timeline = observe(start, woken(0), EARLIEST);
    for (const after of [0, 1, 5]) timeline = hearCollector(timeline, woken(after), NOW + 1_100);
    expect(wallAt(timeline, day)).toBe(NOW + day);
    // Nor is one old word more, much later, the second of these.
    timeline = hearCollector(timeline, woken(3_000), NOW + day + 3_000);
    timeline = hearCollector(timeline, woken(9_000), NOW + 1_200);
    expect(wallAt(timeline, day)).toBe(NOW + day);
  });

  it('follows a collector that means it', () => {
    const start = hearCollector(startTimeline(read(NOW, 0), EARLIEST), read(NOW, 0), NOW);
    let timeline = hearCollector(start, read(NOW + 10_000, 10_000), NOW + YEARS + 10_000);
    expect(wallAt(timeline, 10_000)).toBe(NOW + 10_000);
    timeline = observe(timeline, read(NOW + 11_000, 11_000), EARLIEST);
    timeline = hearCollector(timeline, read(NOW + 20_000, 20_000), NOW + YEARS + 20_000);
    expect(wallAt(timeline, 20_000)).toBe(NOW + YEARS + 20_000);
  });

  it('never lets order depend on the wall clock while it is not believed', () => {
    const walls = fc.array(fc.integer({ min: -YEARS, max: YEARS }), {
      minLength: 1,
      maxLength: 50,
    });
    fc.assert(
      fc.property(walls, (steps) => {
        let timeline: Timeline = startTimeline(read(NOW, 0), EARLIEST);
        let last = wallAt(timeline, 0);
        steps.forEach((step, i) => {
          const mono = (i + 1) * 1_000;
          timeline = observe(timeline, read(NOW + mono + step, mono), EARLIEST);
          const at = wallAt(timeline, mono);
          // Within the hold time a jump is slewing of below a second, or not followed.
          expect(at).toBeGreaterThanOrEqual(last - 1_000);
          last = at;
        });
      }),
    );
  });
});

describe('untimed boots', () => {
  it('are placed in order, each before the next', () => {
    const boot = fc.record({
      start: fc.integer({ min: 0, max: 1e9 }),
      length: fc.integer({ min: 0, max: 1e8 }),
    });
    fc.assert(
      fc.property(fc.array(boot, { minLength: 1, maxLength: 20 }), (lives) => {
        let boots: readonly UntimedBoot[] = [];
        lives.forEach(({ start }, i) => {
          const before = lives[i - 1];
          boots = noteBoot(boots, `boot${i}`, start, before && before.start + before.length);
        });
        const shifts = placeBoots(boots, NOW);
        const last = lives.length - 1;
        expect((lives[last]?.start ?? 0) + (shifts.get(`boot${last}`) ?? 0)).toBe(NOW);
        for (let i = 0; i < last; i++) {
          const end =
            (lives[i]?.start ?? 0) + (lives[i]?.length ?? 0) + (shifts.get(`boot${i}`) ?? 0);
          const next = (lives[i + 1]?.start ?? 0) + (shifts.get(`boot${i + 1}`) ?? 0);
          expect(end).toBe(next - 1_000);
        }
      }),
    );
  });

  it('counts a boot once, however often the agent starts in it', () => {
    const once = noteBoot([], 'a', 10, undefined);
    expect(noteBoot(once, 'a', 20, 15)).toBe(once);
  });
});
