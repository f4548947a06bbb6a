/** What selectors, ranges and subqueries look at. */
import { describe, expect, it } from 'vitest';
import { MINUTE, Rig, SECOND, sourceOf } from './engine-harness.ts';

describe('an instant selector', () => {
  const rig = Rig.of(MINUTE, 'up{host="a"} 1 0 _ 1', 'up{host="b"} 5 stale', 'other 9');

  it('takes the newest sample, series in order of their labels', async () => {
    expect(await rig.at('up', MINUTE)).toEqual(['up{host="a"} 0']);
    expect(await rig.at('up', 30 * SECOND)).toEqual(['up{host="a"} 1', 'up{host="b"} 5']);
  });

  it('looks back over an interval that is open on the left', async () => {
    expect(await rig.at('other', 5 * MINUTE - 1)).toEqual(['other 9']);
    expect(await rig.at('other', 5 * MINUTE)).toEqual([]);
    expect(await rig.at('other', 59_999, { lookbackMs: MINUTE })).toEqual(['other 9']);
    expect(await rig.at('other', MINUTE, { lookbackMs: MINUTE })).toEqual([]);
  });

  it('sees nothing behind a staleness marker', async () => {
    expect(await rig.over('up{host="b"}', 0, 2 * MINUTE, 30 * SECOND)).toEqual([
      'up{host="b"} 5@0 5@30',
    ]);
  });

  it('is moved by offset and fixed by @', async () => {
    expect(await rig.at('up{host="a"} offset 2m', 3 * MINUTE)).toEqual(['up{host="a"} 0']);
    expect(await rig.at('up{host="a"} offset -1m', 0)).toEqual(['up{host="a"} 0']);
    expect(await rig.at('up{host="a"} @ 180 offset 1m', 0)).toEqual(['up{host="a"} 0']);
    expect(await rig.over('up{host="a"} @ end()', 0, 3 * MINUTE, MINUTE)).toEqual([
      'up{host="a"} 1@0 1@60 1@120 1@180',
    ]);
    expect(await rig.over('up{host="a"} @ start() + 1', MINUTE, 2 * MINUTE, MINUTE)).toEqual([
      '{host="a"} 1@60 1@120',
    ]);
  });

  it('may be smoothed', async () => {
    const smooth = Rig.of(10 * SECOND, 'level 1 3 _ 9');
    expect(await smooth.over('level smoothed', 5000, 25_000, 10_000)).toEqual([
      'level 2@5 4.5@15 7.5@25',
    ]);
  });
});

describe('a range', () => {
  const rig = Rig.of(10 * SECOND, 'count_total 1 2 stale 4 5', 'gauge NaN 2 NaN');

  it('is open on the left and has no markers', async () => {
    expect(await rig.at('count_total[20s]', 20 * SECOND)).toEqual(['count_total 2@10']);
    expect(await rig.at('count_total[40s]', 40 * SECOND)).toEqual(['count_total 2@10 4@30 5@40']);
    expect(await rig.at('count_over_time(count_total[20s])', 30 * SECOND)).toEqual(['{} 1']);
  });

  it('keeps what is no number', async () => {
    expect(await rig.at('gauge[1m]', 20 * SECOND)).toEqual(['gauge NaN@0 2@10 NaN@20']);
  });

  it('stands still under @', async () => {
    expect(await rig.over('sum_over_time(count_total[20s] @ 10)', 0, 20_000, 10_000)).toEqual([
      '{} 3@0 3@10 3@20',
    ]);
  });

  it('may take a parameter that changes while it stands still', async () => {
    const quantile = 'quantile_over_time(scalar(gauge) - 2, count_total[20s] @ 10)';
    expect(await rig.at(quantile, 10 * SECOND)).toEqual(['{} 1']);
  });
});

describe('a subquery', () => {
  const rig = Rig.of(10 * SECOND, 'm 0+1x60');

  it('is evaluated at multiples of its resolution, whatever the time and offset', async () => {
    expect(await rig.at('m[30s:20s]', 55 * SECOND)).toEqual(['m 4@40']);
    expect(await rig.at('m[30s:20s] offset 5s', 65 * SECOND)).toEqual(['m 4@40 6@60']);
    expect(await rig.at('m[40s:20s]', 60 * SECOND)).toEqual(['m 4@40 6@60']);
  });

  it('has a default resolution', async () => {
    expect(await rig.at('count_over_time(m[5m:])', 5 * MINUTE)).toEqual(['{} 5']);
    const fine = new Rig(rigSource(), { subqueryStepMs: 10 * SECOND });
    expect(await fine.at('count_over_time(m[5m:])', 5 * MINUTE)).toEqual(['{} 30']);
  });

  it('gives each step of a range its own window', async () => {
    expect(await rig.over('sum_over_time(m[20s:10s])', 20_000, 40_000, 10_000)).toEqual([
      '{} 3@20 5@30 7@40',
    ]);
  });

  it('before the first sample is empty', async () => {
    expect(await rig.at('m[20s:10s] @ -100', 0)).toEqual([]);
  });
});

function rigSource() {
  return sourceOf(10 * SECOND, 'm 0+1x60');
}
