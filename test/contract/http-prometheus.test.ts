/** Prometheus' API: parameters, envelopes, errors. test/system compares with the real one. */
import { afterAll, describe, expect, it } from 'vitest';
import { httpFixture, NOW } from '../support/http-fixture.ts';

const { app, store } = httpFixture();
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

  it('tells types', async () => {
    expect(await data('metadata')).toEqual({ m: [{ type: 'counter', help: '', unit: '' }] });
    expect(await data('metadata?metric=nope')).toEqual({});
  });
});

describe('the rest of the API', () => {
  it('has no rules and no alerts yet, and says what it is', async () => {
    expect(await data('rules')).toEqual({ groups: [] });
    expect(await data('alerts')).toEqual({ alerts: [] });
    expect(await data('status/buildinfo')).toMatchObject({
      application: 'Muster',
      version: '3.0.0+muster.0.1.0',
    });
  });
});

describe('refusals', () => {
  it.each([
    ['query', 'invalid parameter "query": 1:1: parse error: no expression found in input'],
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
    ['query?query=rate(m[5m])', 'come with the PromQL engine'],
    ['query?query=m%2B1', 'come with the PromQL engine'],
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
    const { status, body } = { status: answer.statusCode, body: answer.json<object>() };
    expect([status, body]).toEqual([
      503,
      { status: 'error', errorType: 'timeout', error: 'query timed out in expression evaluation' },
    ]);
  });
});
