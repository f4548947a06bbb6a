/** Prometheus' API: parameters, envelopes, errors. test/system compares with the real one. */
import { afterAll, describe, expect, it } from 'vitest';
import { device, httpFixture, NOW } from '../support/http-fixture.ts';

const { app, store, descriptions } = httpFixture({ devices: [device('pi-1')] });
afterAll(() => app.close());

const at = NOW / 1000;
for (const instance of ['b', 'a']) {
  store.resolve(
    new Map([
      ['__name__', 'm'],
      ['instance', instance],
    ]),
    { type: 'counter', unit: '' },
  );
  store.feed({ __name__: 'm', instance }, [
    [NOW - 60_000, 1],
    [NOW - 30_000, 2],
    [NOW, 3],
  ]);
}
store.feed({ __name__: 'n', site: 'x' }, [[NOW - 7_200_000, 1]]);

async function get(path: string) {
  const answer = await app.inject(`/api/v1/${path}`);
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
}

async function data(path: string): Promise<unknown> {
  const { status, body } = await get(path);
  expect([status, body['status']]).toEqual([200, 'success']);
  return body['data'];
}

describe('query', () => {
  it('answers a vector now, sorted', async () => {
    expect(await data('query?query=m')).toEqual({
      resultType: 'vector',
      result: [
        { metric: { __name__: 'm', instance: 'a' }, value: [at, '3'] },
        { metric: { __name__: 'm', instance: 'b' }, value: [at, '3'] },
      ],
    });
  });

  it('takes time, look-back and limit, and warns when it cuts', async () => {
    expect(await data(`query?query=m&time=${at - 45}&lookback_delta=10s`)).toMatchObject({
      result: [],
    });
    const { body } = await get('query?query=m&limit=1');
    expect(body).toMatchObject({ warnings: ['results truncated due to limit'] });
    expect((body['data'] as { result: unknown[] }).result).toHaveLength(1);
  });

  it('evaluates PromQL, scalars and strings too', async () => {
    expect(await data('query?query=sum(rate(m[1m]))')).toMatchObject({
      resultType: 'vector',
      result: [{ metric: {}, value: [at, expect.stringMatching(/^0\.0/)] }],
    });
    expect(await data('query?query=1%2B1')).toEqual({ resultType: 'scalar', result: [at, '2'] });
    expect(await data('query?query=%22a%22')).toEqual({ resultType: 'string', result: [at, 'a'] });
  });

  it('warns and informs beside the result', async () => {
    const { body } = await get('query?query=rate(m[1m])');
    expect(body).toMatchObject({ status: 'success', infos: [expect.stringContaining('counter')] });
  });

  it('tells what it has cost when asked', async () => {
    expect(await data('query?query=m')).not.toHaveProperty('stats');
    expect(await data('query?query=m&stats=all')).toMatchObject({
      stats: {
        timings: {
          evalTotalTime: expect.any(Number) as number,
          execQueueTime: expect.any(Number) as number,
        },
        samples: {
          totalQueryableSamples: expect.any(Number) as number,
          peakSamples: expect.any(Number) as number,
        },
      },
    });
  });

  it('takes a form, which comes before the address', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/query?query=nope',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `query=m%7Binstance%3D%22a%22%7D[1m]&time=${at}`,
    });
    expect(answer.json()).toMatchObject({
      data: {
        resultType: 'matrix',
        result: [
          {
            values: [
              [at - 30, '2'],
              [at, '3'],
            ],
          },
        ],
      },
    });
  });
});

describe('query_range', () => {
  it('answers a matrix', async () => {
    expect(
      await data(`query_range?query=m{instance="a"}&start=${at - 60}&end=${at}&step=30`),
    ).toEqual({
      resultType: 'matrix',
      result: [
        {
          metric: { __name__: 'm', instance: 'a' },
          values: [
            [at - 60, '1'],
            [at - 30, '2'],
            [at, '3'],
          ],
        },
      ],
    });
  });

  it('takes 11,000 steps and refuses more', async () => {
    const ask = (steps: number) => get(`query_range?query=m&start=0&end=${steps}&step=1s`);
    expect((await ask(11_000)).status).toBe(200);
    const { status, body } = await ask(11_001);
    expect([status, body['errorType']]).toEqual([400, 'bad_data']);
    expect(body['error']).toContain('exceeded maximum resolution of 11,000 points');
  });
});

describe('series', () => {
  it('names series, labels and values, within a time', async () => {
    expect(await data('series?match[]=m&match[]={instance="a"}')).toEqual([
      { __name__: 'm', instance: 'a' },
      { __name__: 'm', instance: 'b' },
    ]);
    expect(await data('labels')).toEqual(['__name__', 'instance', 'site']);
    expect(await data('labels?match[]=n')).toEqual(['__name__', 'site']);
    expect(await data('label/instance/values')).toEqual(['a', 'b']);
    expect(await data(`label/__name__/values?start=${at - 3600}`)).toEqual(['m']);
    expect(await data('label/nope/values')).toEqual([]);
  });

  it('cuts at the limit', async () => {
    const { body } = await get('label/instance/values?limit=1');
    expect(body).toMatchObject({ data: ['a'], warnings: ['results truncated due to limit'] });
  });

  it('takes regular expressions, several match[] and escaped names', async () => {
    expect(await data('series?match[]={instance=~"a|x"}&match[]={__name__=~"n.*"}')).toEqual([
      { __name__: 'm', instance: 'a' },
      { __name__: 'n', site: 'x' },
    ]);
    expect(await data('label/U__instance/values')).toEqual(['a', 'b']);
    expect(await data('label/U___5f__5f_name_5f__5f_/values?match[]=n')).toEqual(['n']);
  });

  it('limits metadata, and puts in what senders say', async () => {
    descriptions.describe({ metric: 'x', type: 3, help: 'Help.', unit: 'seconds' });
    expect(await data('metadata?metric=x')).toEqual({
      x: [{ type: 'histogram', help: 'Help.', unit: 'seconds' }],
    });
    expect(Object.keys((await data('metadata?limit=1')) as object)).toEqual(['m']);
    expect(await data('metadata?limit=0')).toEqual({});
    const { body } = await get('metadata?limit=x');
    expect(body).toMatchObject({ errorType: 'bad_data', error: 'limit must be a number' });
  });

  it('tells types', async () => {
    expect(await data('metadata?metric=m')).toEqual({
      m: [{ type: 'counter', help: '', unit: '' }],
    });
    expect(await data('metadata?metric=nope')).toEqual({});
  });
});

describe('the rest of the API', () => {
  it('lays out expressions and draws their trees', async () => {
    expect(await data('format_query?query=sum%20by(x)(m)')).toBe('sum by (x) (m)');
    expect(
      await data('parse_query?query=-sum_over_time(m{a="b"}[5m:]%20offset%201m)'),
    ).toMatchObject({
      type: 'unaryExpr',
      op: '-',
      expr: {
        type: 'call',
        func: { name: 'sum_over_time', argTypes: ['matrix'], returnType: 'vector' },
        args: [
          {
            type: 'subquery',
            range: 300_000,
            offset: 60_000,
            expr: {
              type: 'vectorSelector',
              name: 'm',
              matchers: expect.arrayContaining([{ name: 'a', type: '=', value: 'b' }]) as object[],
            },
          },
        ],
      },
    });
  });

  it('counts series by metric and label', async () => {
    expect(await data('status/tsdb?limit=1')).toMatchObject({
      headStats: { numSeries: 3, numLabelPairs: 5 },
      seriesCountByMetricName: [{ name: 'm', value: 2 }],
      labelValueCountByLabelName: [{ name: '__name__', value: 2 }],
      seriesCountByLabelValuePair: [{ name: '__name__=m', value: 2 }],
    });
  });

  it('tells its settings', async () => {
    expect(await data('status/config')).toEqual({ yaml: 'data: /var/lib/muster-collector\n' });
    expect(await data('status/flags')).toMatchObject({ 'query.timeout': '2m' });
    expect(await data('status/runtimeinfo')).toMatchObject({
      storageRetention: '15d',
      startTime: new Date(NOW).toISOString(),
    });
    expect(await data('alertmanagers')).toEqual({
      activeAlertmanagers: [],
      droppedAlertmanagers: [],
    });
  });

  it('shows devices as targets', async () => {
    expect(await data('targets?state=active')).toMatchObject({
      activeTargets: [{ labels: { instance: 'pi-1', job: 'node', site: 'berlin' }, health: 'up' }],
      droppedTargets: [],
    });
    expect(await data('targets?state=dropped')).toMatchObject({ activeTargets: [] });
  });

  it('has no exemplars, and says what it is', async () => {
    expect(await data('query_exemplars?query=m&start=1&end=2')).toEqual([]);
    expect(await data('status/buildinfo')).toMatchObject({
      application: 'Muster',
      version: '3.0.0+muster.0.1.0',
    });
  });
});

describe('refusals', () => {
  it.each([
    ['query', 'invalid parameter "query": unknown position: parse error: no expression found'],
    ['query?query=m{', 'invalid parameter "query": 1:3: parse error'],
    ['query?query={}', 'at least one non-empty matcher'],
    [
      'query?query=m&time=yesterday',
      'invalid parameter "time": Invalid time value for \'time\': cannot parse "yesterday" to a valid timestamp',
    ],
    [
      'query?query=m&timeout=x',
      'invalid parameter "timeout": cannot parse "x" to a valid duration',
    ],
    ['query?query=m&limit=-1', 'invalid parameter "limit": limit must be non-negative'],
    ['query?query=m&lookback_delta=-5', 'invalid parameter "lookback_delta"'],
    ['query?query=rate(m)', 'expected type range vector in call to function "rate"'],
    ['format_query?query=m{', 'invalid parameter "query": 1:3: parse error'],
    ['parse_query?query=', 'invalid parameter "query": unknown position: parse error'],
    ['query_exemplars?query=m{&start=1&end=2', 'invalid parameter "query": 1:3: parse error'],
    ['label/a/values?match[]=m{b=', 'invalid parameter "match[]": 1:'],
    ['labels?match[]=rate(m[5m])', 'invalid parameter "match[]": 1:'],
    ['status/tsdb?limit=0', 'limit must be a positive number'],
    ['query_range?query=m', 'invalid parameter "start": cannot parse "" to a valid timestamp'],
    [
      'query_range?query=m&start=2&end=1&step=1',
      'invalid parameter "end": end timestamp must not be before start time',
    ],
    ['query_range?query=m&start=1&end=2&step=0', 'zero or negative query resolution step widths'],
    [
      'query_range?query=m[5m]&start=1&end=2&step=1',
      'invalid parameter "query": invalid expression type "range vector"',
    ],
    ['series', 'no match[] parameter provided'],
    ['series?match[]={}', 'invalid parameter "match[]"'],
    ['labels?start=2&end=1', 'invalid parameter "end"'],
  ])('%s', async (path, message) => {
    const { status, body } = await get(path);
    expect([status, body['status'], body['errorType']]).toEqual([400, 'error', 'bad_data']);
    expect(body['error']).toContain(message);
  });

  it('end a query that takes too long, also while the store is at work', async () => {
    const slow = httpFixture();
    slow.store.select = () => new Promise(() => {});
    const answer = await slow.app.inject('/api/v1/query?query=m&timeout=5ms');
    await slow.app.close();
    expect([answer.statusCode, answer.json()]).toEqual([
      503,
      { status: 'error', errorType: 'timeout', error: 'query timed out in expression evaluation' },
    ]);
  });

  it('end a query that finds no room, and one that holds too much', async () => {
    const busy = httpFixture({ queryLimits: { concurrency: 1, maxSamples: 1 } });
    let free = () => {};
    busy.store.select = () => new Promise((resolve) => (free = () => resolve([])));
    // A request is only sent once somebody waits for it.
    const first = busy.app.inject('/api/v1/query?query=m').then((answer) => answer);
    const second = await busy.app.inject('/api/v1/query?query=m&timeout=5ms');
    expect([second.statusCode, second.json()]).toMatchObject([
      503,
      { errorType: 'timeout', error: 'query timed out in query queue' },
    ]);
    free();
    expect((await first).statusCode).toBe(200);
    const large = await busy.app.inject('/api/v1/query?query=vector(1)[5m:1s]');
    expect([large.statusCode, large.json()]).toMatchObject([422, { errorType: 'execution' }]);
    await busy.app.close();
  });
});
