/** Instant queries rewritten with `@`. */
import { describe, expect, it } from 'vitest';
import { parseExpr } from '../../../collector/promql/parse/index.ts';
import { atVariants } from '../../../scripts/promqltest/at-variants.ts';

const variants = (text: string, at: number) => atVariants(text, parseExpr(text), at);

describe('every selector gets the time', () => {
  it.each([
    ['up', 'up @ 300.000'],
    ['up offset 5m', 'up offset 5m @ 300.000'],
    ['a{b="@ start()"} + on () c', 'a{b="@ start()"} @ 300.000 + on () c @ 300.000'],
    ['sum by (x) (rate(a[5m] offset 1m))', 'sum by (x) (rate(a[5m] offset 1m @ 300.000))'],
    ['a @ 7 + b', 'a @ 7 + b @ 300.000'],
    ['a @ start() + b @ end ( )', 'a  @ 300.000 + b  @ 300.000'],
    ['max_over_time(rate(a[1m])[5m:1m])', 'max_over_time(rate(a[1m])[5m:1m] @ 300.000)'],
    ['max_over_time(a[5m:1m] @ end())', 'max_over_time(a[5m:1m]  @ 300.000)'],
    ['topk(3, -a)', 'topk(3, -a @ 300.000)'],
  ])('%s', (text, rewritten) => {
    const [first] = variants(text, 300_000);
    expect(first?.expression).toBe(rewritten);
    expect(() => parseExpr(rewritten)).not.toThrow();
  });
});

it('asks before, at and after', () => {
  expect(variants('a', 50_002).map(({ at }) => at)).toEqual([-500_020, 0, 10_000, 50_002, 500_020]);
  expect(variants('a', 0).map(({ at }) => at)).toEqual([-1000, 0, 1000]);
});

it.each(['time()', 'a + hour()', 'timestamp(a)', 'predict_linear(a[5m], 60)'])(
  'leaves %s alone: it tells the time',
  (text) => {
    expect(variants(text, 1000)).toEqual([]);
  },
);

it('does not look inside subqueries, which are moved as a whole', () => {
  expect(variants('max_over_time(timestamp(a)[5m:])', 1000)).toHaveLength(5);
});
