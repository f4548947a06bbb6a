import { expect, test } from 'vitest';
import { nextStretch } from '../../../collector/core/store/stretch.ts';

test.each([
  ['an hour of a sample each second', 200, 200 * 3_600, 277],
  ['of one each 10 seconds', 200, 200 * 360, 2_000],
  ['of a hundred a second', 277, 277 * 360_000, 2],
  ['nothing at all', 200, 0, 2_000],
  ['more than fits of a single series', 1, 5_000_000, 1],
])('about a million samples at once: %s', (_, series, samples, next) => {
  expect(nextStretch(series, samples, 2_000)).toBe(next);
});
