/** Aggregations: groups, numbers at the edge of what a double holds, order, parameters. */
import { describe, expect, it } from 'vitest';
import { MINUTE, Rig } from './engine-harness.ts';

describe('groups', () => {
  const rig = Rig.of(
    MINUTE,
    'm{site="x",host="a"} 1 2',
    'm{site="x",host="b"} 3 _',
    'm{site="y",host="c"} 5 stale',
    'n{site="y"} 7 7',
  );

  it.each([
    ['sum(m)', ['{} 9']],
    ['sum by (site) (m)', ['{site="x"} 4', '{site="y"} 5']],
    ['sum by (nothing) (m)', ['{} 9']],
    ['sum by (__name__) ({site=~".+"})', ['m 9', 'n 7']],
    ['count without (host) (m)', ['{site="x"} 2', '{site="y"} 1']],
    ['group without (host, site) (m)', ['{} 1']],
    ['min by (site) (m)', ['{site="x"} 1', '{site="y"} 5']],
    ['max by (site) (m)', ['{site="x"} 3', '{site="y"} 5']],
    ['avg by (site) (m)', ['{site="x"} 2', '{site="y"} 5']],
    ['stdvar by (site) (m)', ['{site="x"} 1', '{site="y"} 0']],
    ['quantile by (site) (0.25, m)', ['{site="x"} 1.5', '{site="y"} 5']],
    ['sum(nothing)', []],
  ])('%s', async (expression, lines) => {
    expect(await rig.at(expression, 0)).toEqual(lines);
  });

  it('come and go with their series', async () => {
    expect(await rig.over('count by (site) (m)', 0, MINUTE, MINUTE)).toEqual([
      '{site="x"} 2@0 2@60',
      '{site="y"} 1@0',
    ]);
  });
});

describe('numbers', () => {
  const of = (...values: string[]) =>
    Rig.of(MINUTE, ...values.map((value, i) => `v{i="${i}"} ${value}`));

  it('are summed without losing the small beside the great', async () => {
    const rig = of('1', '1e100', '1', '-1e100');
    expect(await rig.at('sum(v)', 0)).toEqual(['{} 2']);
    expect(await rig.at('avg(v)', 0)).toEqual(['{} 0.5']);
  });

  it('have a mean where their sum overflows', async () => {
    const rig = of('1.7e308', '1.7e308', '1.7e308');
    expect(await rig.at('sum(v)', 0)).toEqual(['{} +Inf']);
    expect(await rig.at('avg(v) / 1e308', 0)).toEqual(['{} 1.7']);
  });

  it('lose against NaN only when there is nothing else', async () => {
    const rig = of('NaN', '2', '1');
    expect(await rig.at('min(v)', 0)).toEqual(['{} 1']);
    expect(await rig.at('max(v)', 0)).toEqual(['{} 2']);
    expect(await rig.at('max(v{i="0"})', 0)).toEqual(['{} NaN']);
    expect(await rig.at('quantile(0, v)', 0)).toEqual(['{} NaN']);
    expect(await rig.at('quantile(1, v)', 0)).toEqual(['{} 2']);
  });

  it('of infinite sums stay infinite', async () => {
    expect(await of('Inf', '1').at('sum(v)', 0)).toEqual(['{} +Inf']);
    expect(await of('Inf', '-Inf').at('sum(v)', 0)).toEqual(['{} NaN']);
    expect(await of('Inf', '1').at('stddev(v)', 0)).toEqual(['{} NaN']);
  });
});

describe('the best', () => {
  const rig = Rig.of(
    MINUTE,
    'm{s="x",h="a"} 1 9',
    'm{s="x",h="b"} 2 8',
    'm{s="x",h="c"} NaN 7',
    'm{s="y",h="d"} 3 6',
  );

  it('come in order, NaN last', async () => {
    expect(await rig.at('topk(9, m)', 0)).toEqual([
      'm{h="d", s="y"} 3',
      'm{h="b", s="x"} 2',
      'm{h="a", s="x"} 1',
      'm{h="c", s="x"} NaN',
    ]);
    expect(await rig.at('bottomk(2, m)', 0)).toEqual(['m{h="a", s="x"} 1', 'm{h="b", s="x"} 2']);
    expect(await rig.at('topk by (s) (1, m)', 0)).toEqual([
      'm{h="b", s="x"} 2',
      'm{h="d", s="y"} 3',
    ]);
  });

  it('over a range are those of each step, by their labels', async () => {
    expect(await rig.over('topk(1, m)', 0, MINUTE, MINUTE)).toEqual([
      'm{h="a", s="x"} 9@60',
      'm{h="d", s="y"} 3@0',
    ]);
    expect(await rig.over('count(topk(scalar(m{h="a"}), m))', 0, MINUTE, MINUTE)).toEqual([
      '{} 1@0 4@60',
    ]);
  });

  it.each([
    ['topk(NaN, m)', 'Parameter value is NaN'],
    ['limitk(1e300, m)', 'Scalar value 1e+300 overflows int64'],
    ['bottomk(0.5, m) + topk(-1, m)', undefined],
    ['limit_ratio(NaN, m)', 'Ratio value is NaN'],
  ])('%s', async (expression, message) => {
    const answer = rig.at(expression, 0);
    if (message === undefined) expect(await answer).toEqual([]);
    else await expect(answer).rejects.toMatchObject({ type: 'execution', message });
  });

  it('among many are the same as after sorting', async () => {
    const values = Array.from({ length: 200 }, (_, i) => (i * 7919) % 200);
    const many = Rig.of(MINUTE, ...values.map((value, i) => `v{i="${i}"} ${value}`));
    const best = (await many.at('topk(50, v)', 0)).map((line) => Number(line.split(' ')[1]));
    expect(best).toEqual([...values].sort((a, b) => b - a).slice(0, 50));
  });
});

describe('some', () => {
  const hosts = Array.from({ length: 100 }, (_, i) => `m{host="device-${i}"} ${i}`);
  const rig = Rig.of(MINUTE, ...hosts);

  it('of each group are as many as wanted', async () => {
    expect(await rig.at('count(limitk(7, m))', 0)).toEqual(['{} 7']);
    expect(await rig.at('count(limitk by (host) (1, m))', 0)).toEqual(['{} 100']);
  });

  it.each([0.1, 0.5, 0.9])('share %s and its complement make up all', async (ratio) => {
    const chosen = await rig.at(`limit_ratio(${ratio}, m)`, 0);
    const others = await rig.at(`limit_ratio(${ratio} - 1, m)`, 0);
    expect(new Set([...chosen, ...others]).size).toBe(100);
    expect(chosen.length + others.length).toBe(100);
    expect(Math.abs(chosen.length - ratio * 100)).toBeLessThan(20);
  });

  it('beyond all is all, with a warning', async () => {
    const { warnings } = await rig.evaluate('limit_ratio(1.5, m)', 0);
    expect(warnings).toEqual([
      'PromQL warning: ratio value should be between -1 and 1, got 1.5, capping to 1 (1:13)',
    ]);
  });
});

describe('count_values', () => {
  const rig = Rig.of(MINUTE, 'v{s="a"} 1 2', 'v{s="b"} 1 1e21', 'v{s="c"} 0.0000001 1');

  it('makes a label of the value, at each step', async () => {
    expect(await rig.over('count_values("value", v)', 0, MINUTE, MINUTE)).toEqual([
      '{value="0.0000001"} 1@0',
      '{value="1"} 2@0 1@60',
      '{value="1000000000000000000000"} 1@60',
      '{value="2"} 1@60',
    ]);
    expect(await rig.at('count_values without (s) ("s", v)', 0)).toEqual(['{} 3']);
  });

  it('wants a label name', async () => {
    await expect(rig.at('count_values("", v)', 0)).rejects.toThrow('invalid label name ""');
  });
});

describe('notes', () => {
  const rig = Rig.of(MINUTE, 'm{a="1"} 1', 'm{a="2"} {{schema:0 sum:4 count:2 buckets:[1 1]}}');

  it.each([
    ['min(m)', ['{} 1'], 'PromQL info: ignored histogram in min aggregation (1:5)'],
    ['topk(5, m)', ['m{a="1"} 1'], 'PromQL info: ignored histogram in topk aggregation (1:1)'],
    [
      'sum(m)',
      [],
      'PromQL warning: encountered a mix of histograms and floats for aggregation (1:5)',
    ],
    [
      'quantile(2, m{a="1"})',
      ['{} +Inf'],
      'PromQL warning: quantile value should be between 0 and 1, got 2 (1:10)',
    ],
  ])('%s', async (expression, lines, note) => {
    const { warnings, infos } = await rig.evaluate(expression, 0);
    expect(await rig.at(expression, 0)).toEqual(lines);
    expect([...warnings, ...infos]).toEqual([note]);
  });

  it('histograms are counted, summed and averaged', async () => {
    expect(await rig.at('count(m)', 0)).toEqual(['{} 2']);
    expect(await rig.at('sum(m{a="2"} * 3)', 0)).toEqual([
      '{} {count:6, sum:12, (0.5,1]:3, (1,2]:3}',
    ]);
    const two = Rig.of(
      MINUTE,
      'h{a="1"} {{schema:0 sum:4 count:2 buckets:[1 1]}}',
      'h{a="2"} {{schema:0 sum:8 count:4 buckets:[1 3]}}',
    );
    expect(await two.at('avg(h)', 0)).toEqual(['{} {count:3, sum:6, (0.5,1]:1, (1,2]:2}']);
  });
});
