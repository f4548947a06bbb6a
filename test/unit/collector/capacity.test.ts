import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CapacityState,
  type LoadReading,
  NO_CAPACITY_STATE,
  observeLoad,
  scalingAdvice,
} from '../../../collector/core/capacity.ts';

const GIB = 2 ** 30;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const fits: LoadReading = {
  at: 0,
  loop: 0.3,
  machine: 0.3,
  memoryBytes: 2 * GIB,
  memoryLimit: 4 * GIB,
  diskFree: 60 * GIB,
  diskSize: 100 * GIB,
  connections: 100,
  series: 8_000,
  seriesLimit: 1_000_000,
  refused: 0,
};

function watch(
  from: CapacityState,
  start: number,
  forMs: number,
  load: (at: number) => Partial<LoadReading>,
  collectors = 1,
): CapacityState {
  let state = from;
  for (let at = start; at <= start + forMs; at += MINUTE)
    state = observeLoad(state, { ...fits, ...load(at), at }, collectors);
  return state;
}

const names = (state: CapacityState, collectors = 1) =>
  scalingAdvice(state, collectors).map(({ direction, resource }) => `${direction} ${resource}`);

describe('advice about the size of the collector', () => {
  it.each<[string, Partial<LoadReading>]>([
    ['up cpu', { loop: 0.8, machine: 0.95 }],
    ['out cpu', { loop: 0.8, machine: 0.5 }],
    ['up memory', { memoryBytes: 3.5 * GIB }],
    ['up disk', { diskFree: 5 * GIB }],
    ['out connections', { connections: 13_000 }],
    ['up series', { series: 950_000 }],
  ])('says %s when it lasts, and takes it back when it is over', (name, load) => {
    const burst = watch(NO_CAPACITY_STATE, 0, 9 * MINUTE, () => load);
    expect(names(burst)).toEqual([]);
    const long = watch(burst, 10 * MINUTE, MINUTE, () => load);
    expect(names(long)).toEqual([name]);
    expect(scalingAdvice(long, 1)[0]).toMatchObject({ since: 0 });
    const pause = watch(long, 12 * MINUTE, 5 * MINUTE, () => ({}));
    expect(names(pause)).toEqual([name]);
    expect(names(watch(pause, 18 * MINUTE, 10 * MINUTE, () => ({})))).toEqual([]);
  });

  it('says out when messages are refused for want of room', () => {
    const state = watch(NO_CAPACITY_STATE, 0, 20 * MINUTE, (at) => ({ refused: at / MINUTE }));
    expect(names(state)).toEqual(['out ingest']);
    expect(scalingAdvice(state, 1)[0]?.text).toContain('20 since the start');
  });

  it('sees the disk fill up before it is full', () => {
    const state = watch(NO_CAPACITY_STATE, 0, 12 * HOUR, (at) => ({
      diskFree: 60 * GIB - (at / HOUR) * GIB,
    }));
    expect(names(state)).toEqual(['up disk']);
    expect(scalingAdvice(state, 1)[0]?.text).toContain('full in 2.0 days');
  });

  it('says down only after a whole idle day, and in only when there are others', () => {
    const idle = { loop: 0.02, machine: 0.03, memoryBytes: 0.2 * GIB, diskFree: 90 * GIB };
    expect(names(watch(NO_CAPACITY_STATE, 0, 23 * HOUR, () => idle))).toEqual([]);
    expect(names(watch(NO_CAPACITY_STATE, 0, 24 * HOUR, () => idle))).toEqual(['down cpu']);
    expect(
      names(
        watch(NO_CAPACITY_STATE, 0, 24 * HOUR, () => idle, 3),
        3,
      ),
    ).toEqual(['in cpu']);
  });

  it('begins only after ten minutes in which every reading said so', () => {
    const minutes = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.boolean()), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(minutes, (steps) => {
        let state = NO_CAPACITY_STATE;
        const seen: { at: number; busy: boolean }[] = [];
        for (const [minute, busy] of steps) {
          const at = (seen.at(-1)?.at ?? 0) + minute * MINUTE;
          seen.push({ at, busy });
          const before = names(state);
          state = observeLoad(state, { ...fits, loop: busy ? 0.9 : 0.1, at }, 1);
          if (before.length > 0 || names(state).length === 0) continue;
          const recent = seen.filter((one) => at - one.at < 10 * MINUTE);
          expect(recent.every((one) => one.busy)).toBe(true);
        }
      }),
    );
  });
});
