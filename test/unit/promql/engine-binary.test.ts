/** Binary operators: which series meet, what comes out, and what is refused. */
import { describe, expect, it } from 'vitest';
import { MINUTE, Rig } from './engine-harness.ts';

describe('scalars', () => {
  const rig = Rig.of(MINUTE, 'x 1');
  it.each([
    ['1 + 2 * 3', '7'],
    ['7 % -3', '1'],
    ['-7 % 3', '-1'],
    ['2 ^ 3 ^ 2', '512'],
    ['1 ^ NaN', '1'],
    ['-1 ^ Inf', '-1'],
    ['(-1) ^ Inf', '1'],
    ['1 / 0', '+Inf'],
    ['0 / 0', 'NaN'],
    ['1 atan2 0 > bool 1.5', '1'],
    ['NaN == bool NaN', '0'],
    ['2 >= bool 2', '1'],
    ['-(3)', '-3'],
    ['scalar(x) + time()', '61'],
    ['scalar(nothing)', 'NaN'],
  ])('%s is %s', async (expression, value) => {
    expect(await rig.at(expression, MINUTE)).toEqual([value]);
  });
});

describe('a vector with a scalar', () => {
  const rig = Rig.of(MINUTE, 'm{a="1"} 1 2 3', 'm{a="2"} 3 2 NaN');

  it('loses its name by arithmetic and by bool, not by a filter', async () => {
    expect(await rig.at('m - 1', 0)).toEqual(['{a="1"} 0', '{a="2"} 2']);
    expect(await rig.at('10 - m', 0)).toEqual(['{a="1"} 9', '{a="2"} 7']);
    expect(await rig.at('m > bool 2', 0)).toEqual(['{a="1"} 0', '{a="2"} 1']);
    expect(await rig.at('m > 2', 0)).toEqual(['m{a="2"} 3']);
  });

  it('keeps its own values when the scalar stands on the left', async () => {
    expect(await rig.over('2 < m', 0, 2 * MINUTE, MINUTE)).toEqual([
      'm{a="1"} 3@120',
      'm{a="2"} 3@0',
    ]);
  });

  it('meets the scalar of each step', async () => {
    expect(await rig.over('m{a="1"} + time()', 0, 2 * MINUTE, MINUTE)).toEqual([
      '{a="1"} 1@0 62@60 123@120',
    ]);
  });

  it('never equals what is no number', async () => {
    expect(await rig.at('m == NaN', 2 * MINUTE)).toEqual([]);
    expect(await rig.at('m != NaN', 2 * MINUTE)).toHaveLength(2);
  });
});

describe('two vectors', () => {
  const rig = Rig.of(
    MINUTE,
    'errors{code="404",path="/a"} 4 4',
    'errors{code="500",path="/a"} 5 5',
    'errors{code="500",path="/b"} 7 _',
    'requests{path="/a",owner="x"} 10 20',
    'requests{path="/c",owner="y"} 30 30',
  );

  it('meet in all their labels but the name', async () => {
    expect(await rig.at('errors + errors{code="500"}', 0)).toEqual([
      '{code="500", path="/a"} 10',
      '{code="500", path="/b"} 14',
    ]);
  });

  it('meet many to one, with labels taken over', async () => {
    expect(await rig.at('errors / on(path) group_left(owner) requests', 0)).toEqual([
      '{code="404", owner="x", path="/a"} 0.4',
      '{code="500", owner="x", path="/a"} 0.5',
    ]);
    expect(await rig.at('requests / on(path) group_right errors', 0)).toEqual([
      '{code="404", path="/a"} 2.5',
      '{code="500", path="/a"} 2',
    ]);
    expect(await rig.at('errors >= ignoring(code, owner) group_left requests', 0)).toEqual([]);
  });

  it('compare the left sample and keep it, from whichever side is many', async () => {
    expect(await rig.at('requests > on(path) group_right errors', 0)).toEqual([
      'errors{code="404", path="/a"} 10',
      'errors{code="500", path="/a"} 10',
    ]);
    expect(await rig.at('errors{code="404"} == bool on(path) requests', 0)).toEqual([
      '{path="/a"} 0',
    ]);
  });

  it.each([
    [
      'errors + on(path) requests',
      'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
    ],
    [
      'requests + on(path) errors',
      'found duplicate series for the match group {path="/a"} on the right hand-side of the operation: ' +
        '[errors{code="500", path="/a"}, errors{code="404", path="/a"}];' +
        'many-to-many matching not allowed: matching labels must be unique on one side',
    ],
    [
      'errors + on(path) group_right requests',
      'found duplicate series for the match group {path="/a"} on the left hand-side of the operation: ' +
        '[errors{code="500", path="/a"}, errors{code="404", path="/a"}];' +
        'many-to-many matching not allowed: matching labels must be unique on one side',
    ],
    [
      '{__name__=~"errors|requests", path="/a"} + on(path) group_left(code, owner) requests',
      'multiple matches for labels: grouping labels must ensure unique matches',
    ],
  ])('%s is refused', async (expression, message) => {
    await expect(rig.at(expression, 0)).rejects.toMatchObject({ type: 'execution', message });
  });

  it('are not refused for duplicates where the other side is empty', async () => {
    expect(await rig.at('nothing + on(path) errors', 0)).toEqual([]);
    expect(await rig.over('requests offset 10m + on(path) errors', 0, MINUTE, MINUTE)).toEqual([]);
  });

  it('fill what is missing', async () => {
    expect(await rig.at('requests - on(path) fill(0) errors{code="500"}', 0)).toEqual([
      '{path="/a"} 5',
      '{path="/b"} -7',
      '{path="/c"} 30',
    ]);
    expect(
      await rig.over('errors{path="/b"} + fill_left(1) errors{code="500"}', 0, MINUTE, MINUTE),
    ).toEqual(['{code="500", path="/a"} 6@0 6@60', '{code="500", path="/b"} 14@0 14@60']);
  });

  it('follow a series that another one takes over from', async () => {
    const moving = Rig.of(
      MINUTE,
      'a{x="1"} 1 1 1',
      'b{x="1",v="old"} 5 stale _',
      'b{x="1",v="new"} _ 6 7',
    );
    expect(await moving.over('a * on(x) group_left(v) b', 0, 2 * MINUTE, MINUTE)).toEqual([
      '{v="new", x="1"} 6@60 7@120',
      '{v="old", x="1"} 5@0',
    ]);
    expect(await moving.over('a * on(x) b', 0, 2 * MINUTE, MINUTE)).toEqual([
      '{x="1"} 5@0 6@60 7@120',
    ]);
  });
});

describe('set operators decide at each step', () => {
  const rig = Rig.of(
    MINUTE,
    'l{a="1"} 1 _ 1',
    'l{a="2"} 2 2 2',
    'r{a="1",b="x"} 9 9 stale',
    'r{a="3",b="y"} 8 8 8',
  );
  const over = (expression: string) => rig.over(expression, 0, 2 * MINUTE, MINUTE);

  it('and, unless', async () => {
    expect(await over('l and on(a) r')).toEqual(['l{a="1"} 1@0 1@60']);
    expect(await over('l unless on(a) r')).toEqual(['l{a="1"} 1@120', 'l{a="2"} 2@0 2@60 2@120']);
    expect(await over('l and on() vector(1)')).toHaveLength(2);
    expect(await over('l unless nothing')).toHaveLength(2);
  });

  it('or', async () => {
    expect(await over('l or on(a) r')).toEqual([
      'l{a="1"} 1@0 1@60 1@120',
      'l{a="2"} 2@0 2@60 2@120',
      'r{a="3", b="y"} 8@0 8@60 8@120',
    ]);
    expect(await over('(l > 1) or l')).toEqual([
      'l{a="1"} 1@0 1@60 1@120',
      'l{a="2"} 2@0 2@60 2@120',
    ]);
  });
});

describe('native histograms', () => {
  const rig = Rig.of(
    MINUTE,
    'h {{schema:0 sum:4 count:2 buckets:[1 1]}}',
    'c {{schema:-53 sum:1 count:1 custom_values:[5] buckets:[1]}}',
    'f 3',
  );

  it('are added, scaled and compared for equality', async () => {
    expect(await rig.at('h + h', 0)).toEqual(['{} {count:4, sum:8, (0.5,1]:2, (1,2]:2}']);
    expect(await rig.at('h * 2 == 2 * h', 0)).toHaveLength(1);
    expect(await rig.at('-h', 0)).toEqual(['{} {count:-2, sum:-4, (0.5,1]:-1, (1,2]:-1}']);
  });

  it('do not mix with what they cannot, and say so', async () => {
    const { value, infos } = await rig.evaluate('h + on() f', 0);
    expect(value).toMatchObject({ samples: [] });
    expect(infos).toEqual([
      'PromQL info: incompatible sample types encountered for binary operator "+": histogram + float (1:1)',
    ]);
    const mixed = await rig.evaluate('h + on() c', 0);
    expect(mixed.warnings).toEqual([
      'PromQL warning: incompatible bucket layout encountered for binary operator + (1:1)',
    ]);
  });
});
