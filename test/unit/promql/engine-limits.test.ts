/** What an evaluation may use, and how it ends early. */
import { describe, expect, it } from 'vitest';
import { QueryError } from '../../../collector/core/query/types.ts';
import { MINUTE, Rig, SECOND } from './engine-harness.ts';

const TOO_MANY = {
  type: 'execution',
  message: 'query processing would load too many samples into memory in query execution',
};

const lines = (count: number) => Array.from({ length: count }, (_, i) => `m{i="${i}"} 0+1x59`);

describe('samples', () => {
  const rig = Rig.of(MINUTE, ...lines(10));

  it('are counted as they are loaded', async () => {
    const { stats } = await rig.evaluate('sum(rate(m[10m]))', 30 * MINUTE);
    expect(stats.samples).toBe(100);
    expect(stats.peakSamples).toBeGreaterThanOrEqual(100);
  });

  it('beyond the limit end the query', async () => {
    const at = 30 * MINUTE;
    await expect(rig.at('m[10m]', at, { maxSamples: 99 })).rejects.toMatchObject(TOO_MANY);
    await expect(rig.at('m', at, { maxSamples: 9 })).rejects.toMatchObject(TOO_MANY);
    expect(await rig.at('m', at, { maxSamples: 1000 })).toHaveLength(10);
  });

  it('are given back by what is done with them', async () => {
    const long = Array.from({ length: 30 }, () => 'sum(m)').join(' + ');
    expect(await rig.at(long, 30 * MINUTE, { maxSamples: 200 })).toEqual(['{} 9000']);
  });

  it.each(['m[10y:1ms]', 'sum_over_time(vector(1)[200y:1ms])', 'count_over_time(m[1y:1s])'])(
    '%s is refused before memory is taken',
    async (expression) => {
      await expect(rig.at(expression, 0)).rejects.toMatchObject(TOO_MANY);
    },
  );

  it('a range of too many steps is refused', async () => {
    await expect(rig.over('vector(1)', 0, 1e12, 1)).rejects.toMatchObject(TOO_MANY);
  });
});

describe('the signal', () => {
  const rig = Rig.of(MINUTE, 'm 1');

  it('ends the query with its reason', async () => {
    const reason = new QueryError('timeout', 'query timed out in expression evaluation');
    await expect(rig.at('m', 0, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(rig.at('m', 0, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      type: 'canceled',
    });
  });

  it('is seen in the middle, when others get their turn', async () => {
    const many = Rig.of(SECOND, ...lines(200));
    const controller = new AbortController();
    let breaths = 0;
    const options = {
      signal: controller.signal,
      breathe: () => {
        if (++breaths === 2) controller.abort();
        return Promise.resolve();
      },
    };
    const query = 'sum(max_over_time(m[10m:1s]) or sum_over_time(m[50m:1s]))';
    await expect(many.at(query, 50 * MINUTE, options)).rejects.toMatchObject({ type: 'canceled' });
    expect(breaths).toBe(2);
  });
});

describe('types', () => {
  const rig = Rig.of(MINUTE, 'm 1');

  it('a range query wants a scalar or an instant vector', async () => {
    await expect(rig.over('m[5m]', 0, MINUTE, MINUTE)).rejects.toThrow(
      'invalid expression type "range vector" for range query, must be Scalar or instant Vector',
    );
    expect(await rig.over('1 + 1', 0, MINUTE, MINUTE)).toEqual(['{} 2@0 2@60']);
  });

  it('what cannot be read is bad data', async () => {
    await expect(rig.at('sum(', 0)).rejects.toMatchObject({ type: 'bad_data' });
  });
});
