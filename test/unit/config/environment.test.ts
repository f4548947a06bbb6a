import { describe, expect, test } from 'vitest';
import { agentSchema } from '../../../agent/config/whole-schema.ts';
import { collectorSchema } from '../../../collector/config.ts';
import { check } from '../../../protocol/config/check.ts';
import {
  overlayEnvironment,
  variableName,
  variableNames,
} from '../../../protocol/config/environment.ts';

const over = (env: Record<string, string>, file = {}) => overlayEnvironment(agentSchema, file, env);

describe('names', () => {
  test.each([
    [['broker', 'url'], 'MUSTER_BROKER_URL'],
    [['broker', 'passwordFile'], 'MUSTER_BROKER_PASSWORD_FILE'],
    [['store', 'retention', '1m'], 'MUSTER_STORE_RETENTION_1M'],
    [['samplers', 'thermal_zone', 'interval'], 'MUSTER_SAMPLERS_THERMAL_ZONE_INTERVAL'],
  ])('%j is %s', (keys, name) => {
    expect(variableName(keys)).toBe(name);
  });

  test.each([
    ['agent', agentSchema],
    ['collector', collectorSchema],
  ])('no two keys of the %s share a variable', (_, schema) => {
    const leaves = (node: typeof schema, keys: string[]): string[] =>
      node.type !== 'object'
        ? [variableName(keys)]
        : Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
            leaves(child as typeof schema, [...keys, key]),
          );
    expect([...variableNames(schema).keys()].sort()).toEqual(leaves(schema, []).sort());
  });
});

test('the environment goes over the file', () => {
  const file = { site: 'a', broker: { url: 'mqtt://file', username: 'me' } };
  const { tree, variableOf } = over({ MUSTER_BROKER_URL: 'mqtt://env' }, file);
  expect(tree).toEqual({ site: 'a', broker: { url: 'mqtt://env', username: 'me' } });
  expect(file.broker.url).toBe('mqtt://file');
  expect(variableOf(['broker', 'url'])).toBe('MUSTER_BROKER_URL');
  expect(variableOf(['broker', 'username'])).toBeUndefined();
});

test('text becomes what the key asks for', () => {
  const { tree } = over({
    MUSTER_LINK_WINDOW: '8',
    MUSTER_SAMPLERS_CPU_GUEST: 'yes',
    MUSTER_SAMPLERS_CPU_ENABLED: '0',
    MUSTER_SAMPLERS_CPU_INTERVAL: '5s',
    MUSTER_LABELS_LINE: '4',
  });
  expect(tree).toEqual({
    link: { window: 8 },
    samplers: { cpu: { guest: true, enabled: false, interval: '5s' } },
    labels: { line: '4' },
  });
  expect(check(agentSchema, tree).problems).toEqual([]);
});

test('lists are separated by commas', () => {
  const env = { MUSTER_HTTP_ALLOWED_HOSTS: 'a.example.com, b.example.com' };
  const { tree } = overlayEnvironment(collectorSchema, {}, env);
  expect(tree).toEqual({ http: { allowedHosts: ['a.example.com', 'b.example.com'] } });
});

test('what cannot be converted is refused by the check', () => {
  const { tree } = over({ MUSTER_LINK_WINDOW: 'many', MUSTER_SAMPLERS_CPU_GUEST: 'perhaps' });
  expect(
    check(agentSchema, tree)
      .problems.map(({ message }) => message)
      .sort(),
  ).toEqual(['must be a whole number, not "many"', 'must be true or false, not "perhaps"']);
});

test('an empty variable is not set', () => {
  expect(over({ MUSTER_SITE: '' }, { site: 'a' }).tree).toEqual({ site: 'a' });
});

test('a file that has a value where a group should be is left for the check', () => {
  expect(over({ MUSTER_BROKER_URL: 'mqtt://x' }, { broker: 5 }).tree).toEqual({
    broker: { url: 'mqtt://x' },
  });
});

test('unknown variables are warned about, others ignored', () => {
  const { warnings, tree } = over({
    MUSTER_BROKER_ULR: 'x',
    MUSTER_QUITE_SOMETHING_ELSE: 'x',
    PATH: '/bin',
    MUSTER_RELEASES: 'of the operator',
  });
  expect(warnings).toEqual([
    'MUSTER_BROKER_ULR: no such setting; did you mean MUSTER_BROKER_URL?',
    'MUSTER_QUITE_SOMETHING_ELSE: no such setting',
  ]);
  expect(tree).toEqual({});
});
