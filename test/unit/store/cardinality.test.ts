/** The largest counts, as a full sort would give them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cardinalityOf } from '../../../collector/core/store/cardinality.ts';

const pair = fc.record({
  name: fc.constantFrom('__name__', 'instance', 'site'),
  value: fc.string({ minLength: 1, maxLength: 3 }),
  count: fc.integer({ min: 1, max: 50 }),
});
const pairs = fc.uniqueArray(pair, {
  selector: ({ name, value }) => `${name}=${value}`,
  maxLength: 60,
});

describe('cardinality', () => {
  it('lists the largest first', () => {
    fc.assert(
      fc.property(pairs, fc.integer({ min: 1, max: 8 }), (given, limit) => {
        const found = cardinalityOf(given, 9, '__name__', limit);
        const counts = given.map(({ count }) => count).sort((a, b) => b - a);
        expect(found.seriesByPair.map(({ value }) => value)).toEqual(counts.slice(0, limit));
        const metrics = given.filter(({ name }) => name === '__name__');
        expect(found.seriesByMetric.map(({ value }) => value)).toEqual(
          metrics
            .map(({ count }) => count)
            .sort((a, b) => b - a)
            .slice(0, limit),
        );
        const sites = given.filter(({ name }) => name === 'site');
        const told = cardinalityOf(given, 9, '__name__', 3).valuesByLabel;
        expect(told.find(({ name }) => name === 'site')?.value ?? 0).toBe(sites.length);
        const bytes = cardinalityOf(given, 9, '__name__', 3).bytesByLabel;
        expect(bytes.find(({ name }) => name === 'site')?.value ?? 0).toBe(
          sites.reduce((sum, { value }) => sum + Buffer.byteLength(value), 0),
        );
        expect([found.series, found.labelPairs]).toEqual([9, given.length]);
      }),
    );
  });
});
