import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../../../collector/core/token-bucket.ts';

describe('a token bucket', () => {
  it('lets a burst pass and then asks to wait for the debt alone', () => {
    const bucket = new TokenBucket(100, 2, 0);
    expect(bucket.take(200, 0)).toBe(0);
    expect(bucket.take(50, 0)).toBe(500);
    expect(bucket.take(0, 400)).toBe(100);
    expect(bucket.take(0, 500)).toBe(0);
  });

  it('holds the rate over any time, whatever is taken when', () => {
    const takes = fc.array(fc.record({ count: fc.nat(300), pause: fc.nat(1_000) }));
    fc.assert(
      fc.property(takes, (steps) => {
        const bucket = new TokenBucket(100, 1, 0);
        let now = 0;
        let taken = 0;
        for (const { count, pause } of steps) {
          now += pause;
          const wait = bucket.take(count, now);
          taken += count;
          now += wait;
          expect(taken).toBeLessThanOrEqual(100 + now / 10 + 1e-6);
        }
      }),
    );
  });

  it('earns nothing from a clock that goes back', () => {
    const bucket = new TokenBucket(100, 1, 1_000);
    bucket.take(100, 1_000);
    expect(bucket.take(1, 500)).toBeGreaterThan(0);
  });
});
