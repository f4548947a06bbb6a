/** Samplers beyond profile `edge` are there as soon as a file or the environment names one. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadAgentConfig, reloadAgentConfig } from '../../agent/config.ts';
import { edgeSamplers } from '../../agent/samplers/edge.ts';
import { samplers } from '../../agent/samplers/index.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function loaded(text: string, env = {}) {
  await using folder = await tempFolder('samplers');
  const path = join(folder.path, 'a.yaml');
  await writeFile(path, text);
  return await loadAgentConfig(path, env);
}

const EDGE = edgeSamplers.map(({ name }) => name);
const ALL = samplers.map(({ name }) => name);

test.each([
  ['nothing', '{}', {}, EDGE],
  ['a sampler of edge', 'samplers: { cpu: { interval: 1m } }', {}, EDGE],
  ['another one', 'samplers: { arp: { enabled: true } }', {}, ALL],
  ['profile full', 'sampling: { profile: full }', {}, ALL],
  ['profile full in the environment', '{}', { MUSTER_SAMPLING_PROFILE: 'full' }, ALL],
  ['another one in the environment', '{}', { MUSTER_SAMPLERS_ARP_ENABLED: 'true' }, ALL],
])('%s', async (_, text, env, names) => {
  const answer = await loaded(text, env);
  expect(answer.ok && Object.keys(answer.config.samplers)).toEqual(names);
});

test('a name that nobody knows is refused with the nearest one of all', async () => {
  const answer = await loaded('samplers: { conntrak: {} }');
  expect(JSON.stringify(answer)).toContain('conntrack');
});

test('a reload may bring them in', async () => {
  const before = await loadAgentConfig(undefined, {});
  if (!before.ok) throw new Error('defaults are refused');
  const env = { MUSTER_SAMPLERS_ARP_ENABLED: 'true' };
  const after = await reloadAgentConfig(before.config, undefined, env);
  expect(after.ok && after.config.samplers['arp']?.enabled).toBe(true);
  expect(after.ok && after.changes.map(({ path }) => path)).toContain('samplers.arp.enabled');
});
