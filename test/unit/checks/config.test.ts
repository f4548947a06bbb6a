/** `checks:` of the configuration file: defaults, kinds loaded as needed, and what is refused. */
import { describe, expect, it } from 'vitest';
import { checkKinds } from '../../../agent/checks/index.ts';
import {
  checksMentioned,
  checksOf,
  checksRules,
  checksSchema,
  resolveChecks,
} from '../../../agent/config/checks.ts';
import { check } from '../../../protocol/config/check.ts';
import type { SchemaNode } from '../../../protocol/config/schema.ts';

async function read(checks: object, remedies: readonly string[] = []) {
  const kinds = await checksMentioned({ checks });
  const { value, problems } = check(checksSchema(kinds), checks as Record<string, unknown>);
  const found = value === undefined ? [] : checksRules(kinds, value, remedies);
  const said = [
    // The schema stands below `checks`, the rules know where they are.
    ...problems.map(({ keys, message, hint }) => `checks.${keys.join('.')}: ${message}; ${hint}`),
    ...found.map(({ keys, message, hint }) => `${keys.join('.')}: ${message}; ${hint}`),
  ];
  return { kinds, said, configs: value === undefined ? {} : resolveChecks(kinds, value) };
}

describe('checks in the configuration', () => {
  it('has defaults of its kind and of all checks', async () => {
    const { configs, said } = await read({ root: { disk: {} } });
    expect(said).toEqual([]);
    expect(configs['root']).toEqual({
      kind: 'disk',
      options: { path: '/', writable: true },
      enabled: true,
      interval: 60_000,
      timeout: 10_000,
      jitter: 6_000,
      critical: false,
      component: '',
      failures: 2,
      of: 3,
      recoveries: 1,
      grace: 0,
      dependsOn: [],
      labels: {},
    });
  });

  it('takes everything that the guide names', async () => {
    const { configs, said } = await read(
      {
        gateway: { memory: {} },
        web: {
          file: { path: '/run/web.pid' },
          interval: '30s',
          timeout: '5s',
          jitter: '3s',
          critical: true,
          component: 'application',
          failures: 3,
          of: 5,
          recoveries: 2,
          grace: '30s',
          dependsOn: ['gateway'],
          labels: { team: 'line-1' },
          remedy: 'restart-web',
        },
      },
      ['restart-web'],
    );
    expect(said).toEqual([]);
    expect(configs['web']).toMatchObject({
      kind: 'file',
      interval: 30_000,
      timeout: 5_000,
      jitter: 3_000,
      critical: true,
      failures: 3,
      of: 5,
      recoveries: 2,
      grace: 30_000,
      dependsOn: ['gateway'],
      labels: { team: 'line-1' },
      remedy: 'restart-web',
    });
  });

  it.each<[string, object, string]>([
    ['no kind', { a: {} }, 'checks.a: says not what is to be looked at; one of http, tcp'],
    ['an empty kind', { a: { memory: null } }, 'write for example memory: {}'],
    ['two kinds', { a: { memory: {}, disk: {} } }, 'stands beside'],
    [
      'a kind that nobody knows',
      { a: { memroy: {} } },
      'checks.a.memroy: no such key; did you mean memory?',
    ],
    ['a name that is none', { 'A b': { memory: {} } }, 'checks.A b: the key does not match'],
    [
      'a problem of the kind',
      { a: { process: {} } },
      'checks.a.process.name: name or pattern is needed',
    ],
    [
      'an option of the kind',
      { a: { disk: { pth: '/' } } },
      'checks.a.disk.pth: no such key; did you mean path?',
    ],
    [
      'fewer runs than failures',
      { a: { memory: {}, failures: 4, of: 3 } },
      'checks.a.of: must not be below failures (4)',
    ],
    [
      'jitter beyond the interval',
      { a: { memory: {}, interval: '5s', jitter: '6s' } },
      'checks.a.jitter: must not be longer than the interval (5s)',
    ],
    [
      'an unknown dependency',
      { gateway: { cpu: {} }, a: { memory: {}, dependsOn: ['gatewya'] } },
      'checks.a.dependsOn.0: no check is called gatewya; did you mean gateway?',
    ],
    ['itself', { a: { memory: {}, dependsOn: ['a'] } }, 'goes round in a circle: a -> a'],
    [
      'a circle',
      { a: { cpu: {}, dependsOn: ['b'] }, b: { cpu: {}, dependsOn: ['a'] } },
      'goes round in a circle: a -> b -> a',
    ],
    [
      'an unknown remedy',
      { a: { memory: {}, remedy: 'mend' } },
      'checks.a.remedy: no remedy is called mend; declare it below remedies',
    ],
    [
      'a label of ours',
      { a: { memory: {}, labels: { site: 'x' } } },
      'checks.a.labels.site: is a label that Muster sets itself',
    ],
    [
      'a label that is none',
      { a: { memory: {}, labels: { 'a-b': 'x' } } },
      'the key does not match',
    ],
    ['a bare number', { a: { memory: {}, interval: 30 } }, 'write the unit, e.g. 30s'],
    ['no failures at all', { a: { memory: {}, failures: 0 } }, 'must be at least 1'],
    [
      'too many',
      Object.fromEntries(Array.from({ length: 257 }, (_, at) => [`c${at}`, { cpu: {} }])),
      'must be at most 256',
    ],
  ])('refuses %s', async (_, checks, said) => {
    expect((await read(checks)).said.join('\n')).toContain(said);
  });

  it('loads what is named, and all when in doubt', async () => {
    const names = async (tree: unknown, env = {}) =>
      (await checksMentioned(tree, env)).map(({ kind }) => kind);
    expect(await names({})).toEqual([]);
    expect(await names({ checks: { a: { disk: {}, interval: '5s' }, b: { cpu: {} } } })).toEqual([
      'disk',
      'cpu',
    ]);
    expect(await names({ checks: 'nonsense' })).toHaveLength(16);
    expect(await names({ checks: { a: { dsk: {} } } })).toHaveLength(16);
    expect(await names({}, { MUSTER_CHECKS_A: '1' })).toHaveLength(16);
    const { configs } = await read({ a: { disk: {} } });
    expect((await checksOf(configs)).map(({ kind }) => kind)).toEqual(['disk']);
  });
});

describe('every kind', () => {
  it.each(checkKinds.map(({ kind, load }) => [kind, load] as const))('%s', async (kind, load) => {
    const of = await load();
    expect(of.kind).toBe(kind);
    expect(of.summary.length).toBeGreaterThan(10);
    expect(of.timeoutSeconds).toBeLessThanOrEqual(of.intervalSeconds);
    const opened = remoteKeys(of.schema, '').filter((path) => DANGEROUS.test(path));
    expect(opened).toEqual([]);
  });

  it('of the common keys, only what tunes may come from the collector', () => {
    const { additionalProperties } = checksSchema([]) as SchemaNode;
    const keys = remoteKeys(additionalProperties as SchemaNode, '');
    expect(keys.toSorted()).toEqual([
      'critical',
      'enabled',
      'failures',
      'grace',
      'interval',
      'jitter',
      'of',
      'recoveries',
      'timeout',
    ]);
  });
});

/** Never the collector's: what runs, where to look, whom to trust, what to log in with. */
const DANGEROUS =
  /(^|\.)(command|args|url|host|port|path|file|folder|unit|name|pattern|sensor|caFile|certFile|keyFile|password|passwordFile|user|username|database|topic|server|resolver|query|send|body|headers?|method|env|cwd)$/i;

function remoteKeys(node: SchemaNode, path: string, inherited = false): string[] {
  const isRemote = inherited || node['x-remote'] === true;
  const children = Object.entries(node.properties ?? {});
  if (node.type !== 'object') return isRemote ? [path] : [];
  const deeper = children.flatMap(([key, child]) =>
    remoteKeys(child, path === '' ? key : `${path}.${key}`, isRemote),
  );
  return isRemote && children.length === 0 ? [path] : deeper;
}
