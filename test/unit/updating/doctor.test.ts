/** What keeps a device from taking updates, as `muster-agent doctor` sees it. */
import { expect, test } from 'vitest';
import { updates } from '../../../agent/cli/doctor/updates.ts';
import { defaultCare } from '../../../agent/config/care.ts';
import type { AgentConfig } from '../../../agent/config.ts';
import type { PathState, World } from '../../../agent/ports/world.ts';
import { FOLDER, healthyWorld } from '../cli/fake-world.ts';

const FILE: PathState = { ...FOLDER, kind: 'file' };
const url = 'https://collector.example.com';

async function seen(world: Partial<World>, collector = { url } as object) {
  const care = defaultCare('/etc/muster', '/run/agent.sock');
  const config = { ...care, folder: '/etc/muster', collector } as unknown as AgentConfig;
  const files = { path: () => Promise.resolve(FILE) };
  return updates.run(healthyWorld({ ...files, ...world }), config);
}

test('all is well with both roots and a collector that answers', async () => {
  expect((await seen({})).map(({ verdict, detail }) => [verdict, detail])).toEqual([
    ['ok', 'both roots of trust are in /etc/muster/trust'],
    ['ok', 'https://collector.example.com can be reached'],
  ]);
});

test('names the root that is missing or may not be read, and a collector that is away', async () => {
  const world: Partial<World> = {
    path: (path) =>
      Promise.resolve(path.includes('director') ? undefined : { ...FILE, readable: false }),
    connect: ({ port }) => Promise.resolve({ ok: false, why: `nobody listens on ${port}` }),
  };
  expect((await seen(world)).map(({ detail }) => detail)).toEqual([
    '/etc/muster/trust/director.root.json is missing',
    '/etc/muster/trust/release.root.json may not be read by this user',
    'https://collector.example.com cannot be reached: nobody listens on 443',
  ]);
});

test('without a collector it is only worth a word where roots are', async () => {
  expect((await seen({}, {})).map(({ verdict }) => verdict)).toEqual(['warn']);
  expect(await seen({ path: () => Promise.resolve(undefined) }, {})).toEqual([]);
});
