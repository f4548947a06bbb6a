/** The minute of which nothing was stolen, on watches that are made here. */
import { describe, expect, it } from 'vitest';
import { quietHour, type Second } from '../../load/care/quiet-seconds.ts';

/** Ten minutes in which a process takes 10 ms each half minute, and another nothing. */
const watch = (stolen: (at: number) => number): Second[] =>
  Array.from({ length: 600 }, (_, at) => ({
    at,
    stolen: stolen(at),
    cpu: [(at % 30 === 7 ? 0.01 : 0) + (at % 30 === 7 ? stolen(at) / 100 : 0), 0],
  }));

describe('quiet seconds', () => {
  it('is what it is where nothing is stolen', () => {
    const { cpuHour, seen } = quietHour(watch(() => 0));
    expect(cpuHour.map((seconds) => seconds.toFixed(6))).toEqual(['1.200000', '0.000000']);
    expect(seen).toBe(1);
  });

  it('does not count what was stolen, as long as each second came once without', () => {
    const { cpuHour, seen } = quietHour(watch((at) => (Math.floor(at / 60) === 4 ? 0 : 50)));
    expect(cpuHour[0]).toBeCloseTo(1.2);
    expect(seen).toBe(1);
  });

  it('takes the least where something is stolen always, and says so', () => {
    const { cpuHour, seen } = quietHour(
      watch((at) => (at % 60 === 7 ? 2 + Math.floor(at / 60) : 0)),
    );
    expect(cpuHour[0]).toBeCloseTo(1.2 + 0.02 * 60);
    expect(seen).toBeCloseTo(59 / 60);
  });

  it('counts rare work by how often it was seen', () => {
    const rare = watch(() => 0).map((one) => (one.at === 123 ? { ...one, cpu: [0.1, 0] } : one));
    expect(quietHour(rare).cpuHour[0]).toBeCloseTo(1.2 + 0.1 * 6);
  });

  it('takes a second whose edges are not sure only when there is no other', () => {
    const all = watch((at) => (at < 540 ? Number.POSITIVE_INFINITY : 3)).map((one) => ({
      ...one,
      cpu: [one.at < 540 ? 9 : 0.01],
    }));
    expect(quietHour(all).cpuHour[0]).toBeCloseTo(0.01 * 60 * 60);
    expect(quietHour(all.slice(0, 120)).cpuHour[0]).toBeCloseTo(9 * 60 * 60);
  });

  it('says nothing of a watch that holds no whole minute', () => {
    expect(quietHour(watch(() => 0).slice(0, 59)).cpuHour).toEqual([Number.NaN, Number.NaN]);
  });
});
