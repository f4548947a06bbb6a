/**
 * The same samples in Debian's Prometheus and in ours, the same requests to both, the same answers.
 *
 * Prometheus scrapes an exporter of this test; its raw samples are copied into the memory store, so
 * that times agree to the millisecond. Debian's is 2.42: where Prometheus 3 means something else
 * (the left end of look-back and ranges), the requests keep away from the edge.
 */
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STALE_BITS } from '../../collector/core/stale.ts';
import { compareText } from '../../collector/core/text.ts';
import { httpFixture } from '../support/http-fixture.ts';
import { PROMETHEUS, type Prometheus, startPrometheus } from '../support/prometheus.ts';

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

interface Raw {
  readonly metric: Record<string, string>;
  readonly values: [number, string][];
}

const METRICS = [
  ['counter_total', 'path="/",code="200"', '12345678901234'],
  ['counter_total', 'path="/a\\"b",code="500"', '0.30000000000000004'],
  ['counter_total', 'path="ü"', '1e-7'],
  ['odd', 'kind="nan"', 'NaN'],
  ['odd', 'kind="inf"', '+Inf'],
  ['odd', 'kind="neginf"', '-Inf'],
  ['odd', 'kind="zero"', '-0'],
  ['odd', 'kind="huge"', '1.5e21'],
  ['odd', 'kind="edge"', '123456789012345680000'],
] as const;

describe.skipIf(!existsSync(PROMETHEUS))(
  'answers equal Prometheus’ (skipped where /usr/bin/prometheus is missing)',
  () => {
    const fixture = httpFixture();
    let exporter: Server;
    let prometheus: Prometheus;
    let scrapes = 0;
    /** Seconds; a little after a scrape while everything was there. */
    let at = 0;
    let last = 0;

    beforeAll(async () => {
      exporter = createServer((_request, response) => {
        scrapes++;
        const lines = METRICS.map(([name, labels, value]) => `${name}{${labels}} ${value}`);
        response.end(
          `${[...lines, `moving ${scrapes}`, scrapes > 4 ? '' : 'gone 1'].join('\n')}\n`,
        );
      });
      await new Promise<void>((resolve) => exporter.listen(0, '127.0.0.1', resolve));
      prometheus = await startPrometheus(`127.0.0.1:${(exporter.address() as AddressInfo).port}`);
      while (scrapes < 9) await new Promise((resolve) => setTimeout(resolve, 50));
      const { body } = await ask('/api/v1/query?query={job="test"}[1m]');
      copy((body['data'] as { result: Raw[] }).result);
    }, 60_000);

    afterAll(async () => {
      await prometheus.stop();
      exporter.close();
      await fixture.app.close();
    });

    function copy(series: readonly Raw[]): void {
      const up = series.find(({ metric }) => metric['__name__'] === 'up')?.values ?? [];
      for (const { metric, values } of series) {
        fixture.store.feed(
          metric,
          values.map(([time, value]) => [Math.round(time * 1000), number(value)]),
        );
        const ended = up.find(([time]) => time > (values.at(-1)?.[0] ?? 0));
        if (metric['__name__'] === 'gone' && ended !== undefined) {
          fixture.store.feed(metric, [[Math.round(ended[0] * 1000), STALE_BITS]]);
        }
      }
      at = (up[2]?.[0] ?? 0) + 0.137;
      last = (up.at(-1)?.[0] ?? 0) - 0.137;
    }

    async function ask(path: string, init?: RequestInit): Promise<Answer> {
      const response = await fetch(prometheus.url + path, init);
      return { status: response.status, body: (await response.json()) as Answer['body'] };
    }

    async function askOurs(path: string, form?: string): Promise<Answer> {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await fixture.app.inject(
        form === undefined ? path : { method: 'POST', url: path, headers, payload: form },
      );
      return { status: answer.statusCode, body: answer.json<Answer['body']>() };
    }

    /** 2.42 says which parameter only in some places; 3 does always. */
    function reworded({ status, body }: Answer): Answer {
      const error = String(body['error']).replace('invalid parameter "query": ', '');
      return { status, body: { ...body, ...('error' in body ? { error } : {}) } };
    }

    /** Prometheus leaves the order of a vector open; ours is by labels. */
    function ordered({ status, body }: Answer): unknown {
      const data = body['data'] as { result?: { metric: Record<string, string> }[] } | undefined;
      const result = data?.result;
      if (!Array.isArray(result)) return { status, body };
      const key = ({ metric }: { metric: Record<string, string> }) =>
        JSON.stringify(Object.entries(metric).map(String).sort(compareText));
      return {
        status,
        body: {
          ...body,
          data: { ...data, result: result.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)) },
        },
      };
    }

    async function same(path: string): Promise<Answer> {
      const [theirs, ours] = [await ask(path), await askOurs(path)];
      expect(ordered(reworded(ours))).toEqual(ordered(reworded(theirs)));
      return ours;
    }

    const selectors = [
      'counter_total',
      'odd',
      'moving',
      '{__name__="moving"}',
      '{__name__=~"mov.*|odd",job="test"}',
      'counter_total{code="200"}',
      'counter_total{code!="200"}',
      'counter_total{code=""}',
      'counter_total{code=~"2..|5.."}',
      'counter_total{code!~"2.."}',
      "counter_total{path='/a\"b'}",
      'counter_total{path=`ü`}',
      'counter_total{code=~".+",path!=""}',
      'moving offset 2s',
      'moving offset -1s',
      'gone',
      'nothing',
      'moving[3s]',
      'moving[3s] offset 1s',
      'odd[2s]',
      'gone[1m]',
    ];

    it.each(selectors)('query %s', async (selector) => {
      for (const time of [at, last]) {
        const { body } = await same(
          `/api/v1/query?query=${encodeURIComponent(selector)}&time=${time}`,
        );
        expect(body['status']).toBe('success');
      }
    });

    it('query with @', async () => {
      for (const expression of [
        `moving @ ${at}`,
        `moving[2s] @ ${at}`,
        'moving @ end()',
        `moving offset 1s @ ${at}`,
      ]) {
        await same(`/api/v1/query?query=${encodeURIComponent(expression)}&time=${last}`);
      }
    });

    it.each([
      'moving',
      'gone',
      'odd',
      'nothing',
      'moving offset 2s',
      'moving @ start()',
      'moving @ end()',
    ])('query_range %s', async (selector) => {
      for (const step of ['1', '2s', '0.5', '1m']) {
        const span = `start=${at - 1}&end=${last}&step=${step}`;
        await same(`/api/v1/query_range?query=${encodeURIComponent(selector)}&${span}`);
      }
    });

    it('series, labels and their values', async () => {
      const span = `start=${at - 2}&end=${last}`;
      for (const path of [
        `series?match[]=counter_total&${span}`,
        `series?match[]=odd{kind="nan"}&match[]=moving&match[]=odd&${span}`,
        `series?match[]=nothing&${span}`,
        `labels?match[]=counter_total&${span}`,
        'labels',
        `label/code/values?${span}`,
        'label/kind/values?match[]=odd{kind!="nan"}',
        'label/nothing/values',
      ]) {
        await same(`/api/v1/${path}`);
      }
    });

    it('a form', async () => {
      const form = new URLSearchParams({ query: 'moving[3s]', time: String(at) }).toString();
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const theirs = await ask('/api/v1/query', { method: 'POST', body: form, headers });
      expect(await askOurs('/api/v1/query', form)).toEqual(theirs);
    });

    it('empty rules and alerts', async () => {
      await same('/api/v1/rules');
      await same('/api/v1/alerts');
    });

    /** The whole envelope, text included. */
    it.each([
      'query',
      'query?query=',
      'query?query=%7B%7D',
      'query?query=m%7Ba%3D%22%22%7D&time=x',
      'query?query=moving&time=yesterday',
      'query_range?query=moving',
      'query_range?query=moving&start=1&end=x&step=1',
      'query_range?query=moving&start=2&end=1&step=1',
      'query_range?query=moving&start=1&end=2',
      'query_range?query=moving&start=1&end=2&step=0',
      'query_range?query=moving&start=1&end=2&step=-1',
      'query_range?query=moving&start=0&end=11001&step=1',
      'query_range?query=moving[5m]&start=1&end=2&step=1',
      'series',
      'label/kind/values?start=x',
      'labels?start=2&end=x',
    ])('refuses like Prometheus, word for word: %s', async (path) => {
      const { body } = await same(`/api/v1/${path}`);
      expect(body).toMatchObject({ status: 'error', errorType: 'bad_data' });
    });

    /** Status and type; the parser's wording is ours. */
    it.each([
      'moving{',
      'moving{a}',
      'moving{a="b" c="d"}',
      'moving{a="b}',
      'moving{a=~"("}',
      'moving{__name__="odd"}',
      'moving[5x]',
      'moving[0s]',
      'moving offset',
      'moving offset 1s offset 1s',
      'moving @ x',
      'moving offset 1s [5m]',
    ])('refuses like Prometheus: %s', async (expression) => {
      const path = `/api/v1/query?query=${encodeURIComponent(expression)}`;
      const [theirs, ours] = [await ask(path), await askOurs(path)];
      expect([ours.status, ours.body['errorType']]).toEqual([
        theirs.status,
        theirs.body['errorType'],
      ]);
      expect(ours.body['error']).toMatch(/^invalid parameter "query": \d+:\d+: parse error: /);
    });
  },
);

function number(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}
