import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { errorBody } from '../../collector/core/query/format.ts';
import { QUERY_ERRORS, QueryError } from '../../collector/core/query/types.ts';
import { rules } from '../../collector/io/http/prometheus/rules.ts';
import type { RuleGroupView } from '../../collector/ports/rules.ts';
import { parseMetricSelector } from '../../collector/promql/parse/index.ts';

const AT = Date.UTC(2026, 10, 21, 12);

const recording = {
  type: 'recording',
  name: 'total',
  query: 'sum(disk)',
  labels: { team: 'edge' },
  health: 'ok',
  lastError: '',
  evaluationSeconds: 0.002,
  lastEvaluation: AT,
} as const;

const alerting = {
  type: 'alerting',
  name: 'Full',
  query: 'disk > 90',
  labels: { severity: 'page' },
  annotations: { summary: '{{ $value }}' },
  holdMs: 300_000,
  keepFiringMs: 60_000,
  state: 'firing',
  health: 'err',
  lastError: 'too slow',
  evaluationSeconds: 0.1,
  alerts: [
    {
      labels: { alertname: 'Full', instance: 'a' },
      annotations: { summary: '1500' },
      state: 'firing',
      activeAt: AT - 60_000,
      keepFiringSince: AT - 1_000,
      value: 1500,
    },
    { labels: {}, annotations: {}, state: 'pending', activeAt: AT, value: Number.NaN },
  ],
} as const;

const groups: readonly RuleGroupView[] = ['a', 'b', 'c'].map((name) => ({
  file: `/etc/${name}.yml`,
  name,
  intervalMs: 30_000,
  limit: 0,
  rules: name === 'c' ? [recording] : [recording, alerting],
  evaluationSeconds: 0.5,
  lastEvaluation: AT,
}));

function server() {
  const app = fastify();
  app.setValidatorCompiler(() => (value: unknown) => ({ value }));
  app.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof QueryError)) throw error;
    return reply.code(QUERY_ERRORS[error.type]).send(errorBody(error.type, error.message));
  });
  const expressions = { matchers: parseMetricSelector } as unknown as Parameters<typeof rules>[2];
  rules(app, { groups: () => groups }, expressions);
  return app;
}

async function get(path: string) {
  const answer = await server().inject(`/api/v1/${path}`);
  return { status: answer.statusCode, body: answer.json() as Body };
}

interface Body {
  readonly data: {
    readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
    readonly alerts: readonly object[];
    readonly groupNextToken?: string;
  };
  readonly error?: string;
}

interface Rule {
  readonly name: string;
  readonly alerts?: readonly object[];
}

describe('/api/v1/rules', () => {
  it('shows rules as Prometheus does', async () => {
    const { body } = await get('rules');
    expect(body.data.groups[0]).toEqual({
      name: 'a',
      file: '/etc/a.yml',
      interval: 30,
      limit: 0,
      evaluationTime: 0.5,
      lastEvaluation: '2026-11-21T12:00:00.000Z',
      rules: [
        {
          name: 'total',
          query: 'sum(disk)',
          labels: { team: 'edge' },
          health: 'ok',
          evaluationTime: 0.002,
          lastEvaluation: '2026-11-21T12:00:00.000Z',
          type: 'recording',
        },
        {
          state: 'firing',
          name: 'Full',
          query: 'disk > 90',
          duration: 300,
          keepFiringFor: 60,
          labels: { severity: 'page' },
          annotations: { summary: '{{ $value }}' },
          alerts: [
            {
              labels: { alertname: 'Full', instance: 'a' },
              annotations: { summary: '1500' },
              state: 'firing',
              activeAt: '2026-11-21T11:59:00.000Z',
              keepFiringSince: '2026-11-21T11:59:59.000Z',
              value: '1.5e+03',
            },
            {
              labels: {},
              annotations: {},
              state: 'pending',
              activeAt: '2026-11-21T12:00:00.000Z',
              value: 'NaN',
            },
          ],
          health: 'err',
          lastError: 'too slow',
          evaluationTime: 0.1,
          lastEvaluation: '0001-01-01T00:00:00Z',
          type: 'alerting',
        },
      ],
    });
  });

  it.each([
    ['type=alert', ['a:Full', 'b:Full']],
    ['type=record', ['a:total', 'b:total', 'c:total']],
    ['rule_name[]=Full', ['a:Full', 'b:Full']],
    ['rule_group[]=b&rule_group[]=c', ['b:total', 'b:Full', 'c:total']],
    ['file[]=/etc/c.yml', ['c:total']],
    ['match[]={severity="page"}', ['a:Full', 'b:Full']],
    ['match[]={severity="x"}&match[]={team="edge"}', ['a:total', 'b:total', 'c:total']],
    ['rule_name[]=nothing', []],
    ['rule_name[]=total&group_limit=2', ['a:total', 'b:total']],
    ['type=alert&group_limit=2', ['a:Full', 'b:Full']],
  ])('%s', async (query, expected) => {
    const { body } = await get(`rules?${encodeURI(query)}`);
    const found = body.data.groups.flatMap(({ name, rules: of }) =>
      of.map((rule) => `${name}:${rule.name}`),
    );
    expect(found).toEqual(expected);
  });

  it('leaves alerts out when asked', async () => {
    const { body } = await get('rules?type=alert&exclude_alerts=true');
    expect(body.data.groups[0]?.rules[0]?.alerts).toEqual([]);
  });

  it('pages through groups', async () => {
    const first = (await get('rules?group_limit=2')).body.data;
    expect(first.groups.map(({ name }) => name)).toEqual(['a', 'b']);
    const rest = await get(`rules?group_limit=2&group_next_token=${first.groupNextToken ?? ''}`);
    expect(rest.body.data.groups.map(({ name }) => name)).toEqual(['c']);
    expect(rest.body.data.groupNextToken).toBeUndefined();
  });

  it.each([
    ['type=foo', 'invalid parameter "type": not supported value "foo"'],
    ['exclude_alerts=maybe', 'exclude_alerts'],
    ['group_limit=0', 'group_limit'],
    ['group_next_token=x', 'group_limit needs to be specified'],
    ['group_limit=1&group_next_token=x', 'Were rule groups changed?'],
    ['match[]={', 'match[]'],
  ])('refuses %s', async (query, reason) => {
    const { status, body } = await get(`rules?${encodeURI(query)}`);
    expect(status).toBe(400);
    expect(body.error).toContain(reason);
  });
});

describe('/api/v1/alerts', () => {
  it('lists what is pending and what fires', async () => {
    const { body } = await get('alerts');
    expect(body.data.alerts).toHaveLength(4);
    expect(body.data.alerts[0]).toMatchObject({ state: 'firing', value: '1.5e+03' });
  });
});
