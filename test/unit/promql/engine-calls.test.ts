/** Functions that the engine evaluates itself. */
import { describe, expect, it } from 'vitest';
import { MINUTE, Rig, SECOND } from './engine-harness.ts';

describe('absent', () => {
  const rig = Rig.of(MINUTE, 'up{host="a"} 1 stale 1');

  it('stands where nothing is, under the labels that were asked for', async () => {
    expect(await rig.over('absent(up{host="a"})', 0, 2 * MINUTE, MINUTE)).toEqual([
      '{host="a"} 1@60',
    ]);
    expect(await rig.at('absent(up)', 0)).toEqual([]);
    expect(await rig.at('absent(down{a="1",b!="2",c=~"3",d="4",d="5"})', 0)).toEqual(['{a="1"} 1']);
    expect(await rig.at('absent(sum(down{a="1"}))', 0)).toEqual(['{} 1']);
  });

  it('over time looks at the whole range', async () => {
    expect(await rig.over('absent_over_time(up{host="a"}[30s])', 0, 2 * MINUTE, MINUTE)).toEqual([
      '{host="a"} 1@60',
    ]);
    expect(await rig.at('absent_over_time(down{a="1"}[5m])', 0)).toEqual(['{a="1"} 1']);
  });
});

describe('timestamp', () => {
  const rig = Rig.of(MINUTE, 'up 1 1');

  it('is that of the selected sample, or of the step', async () => {
    expect(await rig.over('timestamp(up)', 0, 2 * MINUTE, 30 * SECOND)).toEqual([
      '{} 0@0 0@30 60@60 60@90 60@120',
    ]);
    expect(await rig.at('timestamp((up))', 90 * SECOND)).toEqual(['{} 60']);
    expect(await rig.at('timestamp(up + 0)', 90 * SECOND)).toEqual(['{} 90']);
    expect(await rig.over('timestamp(timestamp(up @ 0))', 0, MINUTE, MINUTE)).toEqual([
      '{} 0@0 60@60',
    ]);
  });
});

describe('sort', () => {
  const rig = Rig.of(MINUTE, 'n{h="d2"} 3', 'n{h="d10"} NaN', 'n{h="d1"} 5');
  const hosts = async (expression: string) =>
    (await rig.at(expression, 0)).map((line) => /"(.*)"/.exec(line)?.[1]);

  it.each([
    ['sort(n)', ['d2', 'd1', 'd10']],
    ['sort_desc(n)', ['d1', 'd2', 'd10']],
    ['sort_by_label(n, "h")', ['d1', 'd2', 'd10']],
    ['sort_by_label_desc(n, "h")', ['d10', 'd2', 'd1']],
    ['n', ['d1', 'd10', 'd2']],
  ])('%s', async (expression, order) => {
    expect(await hosts(expression)).toEqual(order);
  });
});

describe('labels', () => {
  const rig = Rig.of(MINUTE, 'm{host="gw-17.example",site="x"} 1', 'm{host="pi",site="y"} 2');

  it('are replaced where the whole value matches', async () => {
    expect(
      await rig.at(`label_replace(m, "short", "$2:\${1}:$$", "host", "(.*)-(\\\\d+)[.].*")`, 0),
    ).toEqual(['m{host="gw-17.example", short="17:gw:$", site="x"} 1', 'm{host="pi", site="y"} 2']);
    expect(await rig.at('label_replace(m, "site", "", "host", "p(?P<rest>.)")', 0)).toEqual([
      'm{host="gw-17.example", site="x"} 1',
      'm{host="pi"} 2',
    ]);
    expect(
      await rig.at(`label_replace(m, "r", "\${rest}$9", "host", "p(?P<rest>.)")`, 0),
    ).toContain('m{host="pi", r="i", site="y"} 2');
  });

  it('are joined', async () => {
    expect(await rig.at('label_join(m, "all", "/", "site", "none", "host")', 0)).toEqual([
      'm{all="x//gw-17.example", host="gw-17.example", site="x"} 1',
      'm{all="y//pi", host="pi", site="y"} 2',
    ]);
  });

  it.each([
    [
      'label_replace(m, "host", "same", "", "")',
      'vector cannot contain metrics with the same labelset',
    ],
    ['label_replace(m, "", "", "", "")', 'invalid destination label name in label_replace(): '],
    ['label_join(m, "a", ",", "")', 'invalid source label name in label_join(): '],
  ])('%s is refused', async (expression, message) => {
    const same = Rig.of(MINUTE, 'm{host="a"} 1', 'm{host="b"} 1');
    await expect(same.at(expression, 0)).rejects.toMatchObject({ type: 'execution', message });
  });

  it('a pattern that cannot be read is refused', async () => {
    await expect(rig.at('label_replace(m, "a", "", "b", "(")', 0)).rejects.toThrow(
      /^invalid regular expression in label_replace\(\): \(/,
    );
  });
});

describe('metric names go late', () => {
  const rig = Rig.of(MINUTE, 'a_total{x="1"} 0 60', 'b_total{x="1"} 0 120');

  it('so that labels may be made of them', async () => {
    const renamed = 'label_replace(rate({x="1"}[2m]), "of", "$1", "__name__", "(.)_total")';
    expect(await rig.at(renamed, MINUTE)).toEqual(['{of="a", x="1"} 0.5', '{of="b", x="1"} 1']);
    const kept = `label_replace(-a_total, "__name__", "\${0}_neg", "__name__", ".*")`;
    expect(await rig.at(kept, MINUTE)).toEqual(['a_total_neg{x="1"} -60']);
  });

  it('and two that differ by name alone are refused at the end, unless they never meet', async () => {
    await expect(rig.at('-{x="1"}', 0)).rejects.toThrow(
      'vector cannot contain metrics with the same labelset',
    );
    await expect(
      rig.at('-a_total or on(__name__) label_replace(vector(1), "x", "1", "", "")', 0),
    ).rejects.toThrow('same labelset');
    const turns = Rig.of(MINUTE, 'a 1 stale', 'b _ 2');
    expect(await turns.over('-a or -b', 0, MINUTE, MINUTE)).toEqual(['{} -1@0 -2@60']);
  });

  it('a group forgets its name when one of its series would', async () => {
    expect(await rig.at('sum by (__name__) (a_total or -a_total)', MINUTE)).toEqual(['a_total 60']);
    expect(await rig.at('sum by (__name__) (-a_total)', MINUTE)).toEqual(['{} -60']);
  });
});

describe('classic histograms', () => {
  const rig = Rig.of(
    MINUTE,
    'b{le="1",p="x"} 10',
    'b{le="2",p="x"} 30',
    'b{le="+Inf",p="x"} 40',
    'b{le="oops",p="x"} 1',
    'b{le="1",p="y"} 5',
    'b{le="Inf",p="y"} 4',
  );

  it('are brought together by le', async () => {
    const { warnings } = await rig.evaluate('histogram_quantile(0.5, b)', 0);
    expect(await rig.at('histogram_quantile(0.5, b{p="x"})', 0)).toEqual(['{p="x"} 1.5']);
    expect(await rig.at('histogram_fraction(1, 2, b{p="x"})', 0)).toEqual(['{p="x"} 0.5']);
    expect(await rig.at('histogram_quantiles(b{p="x"}, "q", 0.5, 1)', 0)).toEqual([
      '{p="x", q="0.5"} 1.5',
      '{p="x", q="1.0"} 2',
    ]);
    expect(warnings).toEqual([
      'PromQL warning: bucket label "le" is missing or has a malformed value of "oops" for metric name "b" (1:25)',
    ]);
  });

  it('that fall are raised, and that is said', async () => {
    const { infos } = await rig.evaluate('histogram_quantile(0.5, b{p="y"})', 60_000);
    expect(infos).toEqual([
      'PromQL info: input to histogram_quantile needed to be fixed for monotonicity ' +
        '(see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile) ' +
        'for metric name "b", from buckets +Inf to +Inf, with a max diff of 1, ' +
        'over 1 samples from 1970-01-01T00:01:00Z to 1970-01-01T00:01:00Z (1:25)',
    ]);
  });
});

describe('info', () => {
  const rig = Rig.of(
    MINUTE,
    'm{instance="a",job="j"} 1 2',
    'target_info{instance="a",job="j",version="1"} 1 stale',
    'target_info{instance="a",job="j",version="2"} _ 1',
    'target_info{instance="b",job="j",version="3"} 1 1',
  );

  it('adds the labels of the time', async () => {
    expect(await rig.over('info(m)', 0, MINUTE, MINUTE)).toEqual([
      'm{instance="a", job="j", version="1"} 1@0',
      'm{instance="a", job="j", version="2"} 2@60',
    ]);
    expect(await rig.at('info(m, {version="9"})', 0)).toEqual([]);
    expect(await rig.at('info(m, {__name__="other_info"})', 0)).toEqual([
      'm{instance="a", job="j"} 1',
    ]);
  });
});

describe('what scalars tell', () => {
  const rig = Rig.of(MINUTE, 'm{a="1"} 1', 'm{a="2"} 2', 'one 1 2');

  it('of the query itself', async () => {
    expect(
      await rig.over('vector(end() - start() + step() + range())', 0, 120_000, MINUTE),
    ).toEqual(['{} 300@0 300@60 300@120']);
    expect(await rig.at('step()', 7000)).toEqual(['0']);
    expect(await rig.at('minute()', 5 * MINUTE)).toEqual(['{} 5']);
    expect(await rig.at('round(pi(), 0.01)', 0).catch((e: Error) => e.message)).toContain('vector');
    expect(await rig.at('max_of(1, NaN)', 0)).toEqual(['NaN']);
  });

  it('of a vector with one sample', async () => {
    expect(await rig.over('scalar(one)', 0, MINUTE, MINUTE)).toEqual(['{} 1@0 2@60']);
    expect(await rig.at('scalar(m)', 0)).toEqual(['NaN']);
    expect(await rig.at('"text"', 0)).toEqual(['"text"']);
  });
});
