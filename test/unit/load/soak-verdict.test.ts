import { describe, expect, it } from 'vitest';
import {
  type AgentRow,
  judgeAgent,
  judgeCollector,
  leastSquares,
  type SoakRow,
} from '../../load/soak/verdict.ts';

const LEVEL: SoakRow = {
  ...{ minute: 0, pointsPerSecond: 16_000, p99Ms: 5, rssMb: 300, anonymousMb: 200, heapMb: 100 },
  ...{ externalMb: 8, descriptors: 250, tables: 20, storeMb: 0, journalMb: 40, points: 0 },
};

/** An hour, a row a minute; all level but for what grows as it should. */
function hour(change: (minute: number) => Partial<SoakRow> = () => ({})): SoakRow[] {
  return Array.from({ length: 60 }, (_, at) => {
    const points = at * 960_000;
    const storeMb = (points * 2) / 2 ** 20;
    // A saw's teeth, as V8 and the journal have them.
    const tooth = (at * 7) % 10;
    const level = { heapMb: 100 + tooth, journalMb: 30 + tooth, points, storeMb };
    return { ...LEVEL, ...level, minute: at, ...change(at) };
  });
}

function risen(rows: readonly SoakRow[]): string[] {
  return judgeCollector(rows)
    .filter(({ flat }) => !flat)
    .map(({ text }) => text.split(' ').slice(0, 3).join(' '));
}

describe('the verdict on a soak', () => {
  it('passes what is level, in spite of teeth, steps in the warm-up and a store that fills', () => {
    expect(risen(hour())).toEqual([]);
    expect(
      risen(hour((at) => (at < 25 ? { heapMb: 60 + at, descriptors: 200 + at } : {}))),
    ).toEqual([]);
  });

  it.each([
    ['heap', (at: number) => ({ heapMb: 100 + at * 0.3 }), 'collector: heap (least'],
    ['memory', (at: number) => ({ anonymousMb: 200 + at }), 'collector: anonymous memory'],
    ['open files', (at: number) => ({ descriptors: 250 + at / 5 }), 'collector: open files'],
    ['the journal', (at: number) => ({ journalMb: 20 + at }), 'collector: journal at'],
    ['bytes a point', (at: number) => ({ storeMb: at ** 2 / 100 }), 'collector: store'],
  ])('tells of %s that rises', (_, change, text) => {
    const found = risen(hour(change));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(text);
  });

  it('does not take figures that are missing, or too few of them, for flat', () => {
    expect(risen(hour(() => ({ heapMb: Number.NaN })))).toHaveLength(1);
    expect(risen(hour().slice(0, 7))).toHaveLength(1);
  });

  it('looks at the agent in the same way', () => {
    const rows = hour().map(
      ({ minute }): AgentRow => ({
        ...{ minute, rssMb: 55, anonymousMb: 14, heapMb: 9, descriptors: 45, bufferMb: 0.3 },
      }),
    );
    expect(judgeAgent(rows).every(({ flat }) => flat)).toBe(true);
    const log = rows.map((row) => ({ ...row, bufferMb: row.minute / 20 }));
    expect(judgeAgent(log).every(({ flat }) => flat)).toBe(true);
    const full = rows.map((row) => ({ ...row, bufferMb: row.minute / 10 }));
    expect(judgeAgent(full).map(({ flat }) => flat)).toEqual([true, true, true, false]);
    const leaks = rows.map((row) => ({ ...row, descriptors: 45 + Math.floor(row.minute / 5) }));
    expect(judgeAgent(leaks).map(({ flat }) => flat)).toEqual([true, true, false, true]);
  });

  it('fits a line by least squares', () => {
    const exact = leastSquares([0, 1, 2, 3].map((x) => [x, 5 - 2 * x] as const));
    expect(exact).toEqual({ slope: -2, error: 0 });
    const scattered = leastSquares([0, 1, 2, 3].map((x) => [x, x % 2] as const));
    // By hand: sum of products 1, of squares 5; what is left is 0.8.
    expect(scattered.slope).toBeCloseTo(0.2);
    expect(scattered.error).toBeCloseTo(Math.sqrt(0.8 / 2 / 5));
  });
});
