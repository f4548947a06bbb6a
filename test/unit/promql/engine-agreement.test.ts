/** What holds for every query: a range is the instants in it, and labels decide about shares alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelSet } from '../../../collector/core/label-set.ts';
import { hashShare } from '../../../collector/promql/engine/aggregate/hash-share.ts';
import { xxHash64 } from '../../../collector/promql/engine/aggregate/xxhash64.ts';
import { compareNatural } from '../../../collector/promql/engine/calls/natural.ts';
import { quantileOf } from '../../../collector/promql/functions/quantile.ts';
import { MemorySource } from '../../../collector/promql/memory-source.ts';
import { rounds } from '../../support/rounds.ts';
import { linesOf, Rig, SECOND } from './engine-harness.ts';

const VECTORS = [
  'm',
  'n',
  'm offset 20s',
  'm @ 100',
  'rate(m[40s])',
  'max_over_time(n[30s])',
  'avg_over_time(m[50s:10s])',
  'abs(-m)',
  'timestamp(n)',
  'absent(m{a="1"})',
  'label_replace(m, "c", "$1", "a", "(.)")',
  'm{a="1"}',
  'vector(time())',
] as const;
const vector = fc.constantFrom(...VECTORS);
const scalar = fc.constantFrom('2', 'time()', 'scalar(m{a="1",b="1"})', '-0.5', 'NaN');
const operator = fc.constantFrom('+', '*', '>', '<= bool', 'and', 'or', 'unless', '== bool');
const grouping = fc.constantFrom('', ' by (a)', ' without (b)');
const fold = fc.constantFrom('sum', 'avg', 'count', 'min', 'max', 'stddev', 'group');
const param = fc.constantFrom('quantile', 'limit_ratio');

const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    vector,
    fc.tuple(fold, grouping, tie('tree')).map(([op, by, of]) => `${op}${by} (${String(of)})`),
    fc
      .tuple(param, grouping, scalar, tie('tree'))
      .map(([op, by, q, of]) => `${op}${by} (${q}, ${String(of)})`),
    fc
      .tuple(tie('tree'), operator, tie('tree'))
      .map(([l, op, r]) => `(${String(l)}) ${op} (${String(r)})`),
    fc
      .tuple(tie('tree'), fc.constantFrom('+', '>', '< bool', '%'), scalar)
      .map(([l, op, r]) => `(${String(l)}) ${op} ${r}`),
  ),
}));
const query = tree as fc.Arbitrary<string>;

const sample = fc.oneof(
  fc.integer({ min: -5, max: 20 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 'stale' as const, undefined),
);
const data = fc.record({
  series: fc.array(fc.array(sample, { minLength: 1, maxLength: 12 }), {
    minLength: 1,
    maxLength: 6,
  }),
  offset: fc.integer({ min: 0, max: 9999 }),
});

function sourceOf({
  series,
  offset,
}: {
  series: (number | 'stale' | undefined)[][];
  offset: number;
}) {
  const source = new MemorySource();
  series.forEach((samples, index) => {
    const labels = LabelSet.fromObject({
      __name__: index % 2 === 0 ? 'm' : 'n',
      a: String(1 + (index >> 2)),
      b: String(1 + ((index >> 1) & 1)),
    });
    samples.forEach((value, i) => {
      if (value !== undefined) source.append(labels, i * 10_000 + offset, value);
    });
  });
  return source;
}

/** By time and series, as text; an error by its message. */
async function instants(rig: Rig, text: string, times: readonly number[]): Promise<string[]> {
  const lines: string[] = [];
  for (const time of times) {
    const { value } = await rig.evaluate(text, time);
    lines.push(...linesOf(value).map((line) => `${time / SECOND} ${line}`));
  }
  return lines.sort();
}

async function range(rig: Rig, text: string, times: readonly number[]): Promise<string[]> {
  const [start, next] = times as [number, number];
  const end = times.at(-1) as number;
  const { value } = await rig.engine.range(text, { start, end, step: next - start });
  const lines: string[] = [];
  if (value.type !== 'matrix') throw new Error(value.type);
  for (const { labels, times: at, values } of value.series) {
    at.forEach((time, i) => {
      const one = { labels, time, value: values[i] as number };
      lines.push(
        ...linesOf({ type: 'vector', samples: [one] }).map((line) => `${time / SECOND} ${line}`),
      );
    });
  }
  return lines.sort();
}

const settle = (answer: Promise<string[]>): Promise<string[] | string> =>
  answer.catch((error: Error) => error.message.replace(/ \[.*\];/, ''));

describe('a range query', () => {
  it('is its instants', async () => {
    const times = [0, 25_000, 50_000, 75_000, 100_000, 125_000];
    await fc.assert(
      fc.asyncProperty(query, data, async (text, given) => {
        const rig = new Rig(sourceOf(given), { lookbackMs: 35_000 });
        const over = await settle(range(rig, text, times));
        const at = await settle(instants(rig, text, times));
        expect(over).toEqual(at);
      }),
      { numRuns: rounds(150) },
    );
  });
});

describe('xxHash64', () => {
  it.each([
    ['', 0xef46db3751d8e999n],
    ['a', 0xd24ec4f1a98c6e5bn],
    ['abc', 0x44bc2cf5ad770999n],
    ['Nobody inspects the spammish repetition', 0xfbcea83c8a378bf1n],
  ])('of %s', (text, hash) => {
    expect(xxHash64(new TextEncoder().encode(text))).toBe(hash);
  });

  it('spreads labels evenly', () => {
    const shares = Array.from({ length: 1000 }, (_, i) =>
      hashShare(LabelSet.fromObject({ host: `h${i}`, long: 'x'.repeat(300) })),
    );
    const low = shares.filter((share) => share < 0.25).length;
    expect(low).toBeGreaterThan(200);
    expect(low).toBeLessThan(300);
  });
});

describe('quantile', () => {
  it('lies between the values around it', () => {
    const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (given, q) => {
        const found = quantileOf(q, Float64Array.from(given));
        const below = given.filter((value) => value < found).length;
        const above = given.filter((value) => value > found).length;
        expect(below).toBeLessThanOrEqual(Math.ceil(q * (given.length - 1)) + 1e-9);
        expect(above).toBeLessThanOrEqual(Math.ceil((1 - q) * (given.length - 1)) + 1e-9);
      }),
    );
  });
});

describe('natural order', () => {
  it.each([
    ['node2', 'node10'],
    ['a', 'b'],
    ['1', 'a'],
    ['x', 'x1'],
    ['v1.9', 'v1.10'],
    ['', '0'],
  ])('%s before %s', (a, b) => {
    expect(compareNatural(a, b)).toBeLessThan(0);
    expect(compareNatural(b, a)).toBeGreaterThan(0);
    expect(compareNatural(a, a)).toBe(0);
  });
});
