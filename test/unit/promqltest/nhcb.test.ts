/** Classic histograms turned native. */
import { expect, it } from 'vitest';
import { nativeHistograms } from '../../../scripts/promqltest/nhcb.ts';
import { parseScript } from '../../../scripts/promqltest/parse-script.ts';
import type { LoadCommand } from '../../../scripts/promqltest/script.ts';

const convert = (series: string) =>
  nativeHistograms(parseScript(`load_with_nhcb 1m\n${series}`)[0] as LoadCommand);

it('gathers buckets, count and sum by labels and time', () => {
  const [native, ...others] = convert(`  x_bucket{a="b", le="1"} 1 2
  x_bucket{a="b", le=".5"} 1 1
  x_bucket{a="b", le="+Inf"} 3 _
  x_count{a="b"} 3 6
  x_sum{a="b"} 7.5 _
  y{le="1"} 1
`);
  expect(others).toEqual([]);
  expect(native?.labels.toObject()).toEqual({ __name__: 'x', a: 'b' });
  const first = native?.samples.get(0);
  expect(first).toMatchObject({ schema: -53, count: 3, sum: 7.5, customBounds: [0.5, 1] });
  // The bucket from 0.5 to 1 is empty and left out.
  expect([...(first?.positive.indexes ?? [])]).toEqual([0, 2]);
  expect([...(first?.positive.counts ?? [])]).toEqual([1, 2]);
  const second = native?.samples.get(1);
  expect(second).toMatchObject({ count: 6, sum: 0 });
  expect([...(second?.positive.counts ?? [])]).toEqual([1, 1, 4]);
});

it('takes the highest bucket for the count, the first of two of one bound', () => {
  const [native] = convert(
    '  x_bucket{le="2e-1"} 1\n  x_bucket{le="0.2"} 9\n  x_bucket{le="+Inf"} 4',
  );
  expect(native?.samples.get(0)).toMatchObject({ count: 4, customBounds: [0.2] });
});

it.each([
  ['  x_sum 1', 'neither buckets nor a count'],
  ['  x_bucket{le="1"} 2\n  x_bucket{le="2"} 1', 'not cumulative'],
  ['  x_bucket{le="+Inf"} 2\n  x_count 3', 'not its count'],
])('refuses %j', (series, message) => {
  expect(() => convert(series)).toThrow(`line 1: x is no classic histogram`);
  expect(() => convert(series)).toThrow(message);
});
