/** What rollouts want of a device becomes part of its `desired`, in a new version each time it changes. */
import { expect, it } from 'vitest';
import { newDevice } from '../../collector/core/device.ts';
import { Composer } from '../../collector/core/fleet/composer.ts';
import type { Bus } from '../../collector/ports.ts';
import { DesiredStates } from '../../collector/work/fleet/desired.ts';
import { FleetMemory } from '../../collector/work/fleet/memory.ts';
import { Wants } from '../../collector/work/rollouts/wants.ts';
import { type Desired, decodeDesired } from '../../protocol/messages/desired.ts';
import { MemoryCatalog } from '../support/alerting/memory-catalog.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { silentLog } from '../support/silent-log.ts';

it('sends packages, sends nothing for the same, and an empty list when they are withdrawn', async () => {
  const sent: Desired[] = [];
  const bus: Pick<Bus, 'publish' | 'stats'> = {
    publish: (_topic, payload) => {
      const read = decodeDesired(payload as Uint8Array);
      if (read.ok) sent.push(read.value);
      return Promise.resolve();
    },
    stats: () => ({
      connected: true,
      connections: 0,
      receivedMessages: 0,
      receivedBytes: 0,
      refused: new Map(),
      listening: [],
    }),
  };
  const device = newDevice('d-1', 'berlin', 0);
  const wants = new Wants();
  const desired = new DesiredStates({
    ...{ clock: new FakeClock(), log: silentLog, bus: bus as Bus, graceMs: 1_000 },
    memory: new FleetMemory(new MemoryCatalog()),
    devices: { get: (id) => (id === device.id ? device : undefined), all: () => [device] },
    composer: () => new Composer([], []),
    breathe: () => Promise.resolve(),
    packages: (id) => wants.packagesFor(id),
  });
  const want = async (version: string | undefined) => {
    const packages = version === undefined ? [] : [{ name: 'app', version }];
    wants.apply(wants.plan([{ device: 'd-1', rollout: 'r', names: ['app'], packages }]));
    desired.touch(['d-1']);
    await desired.settled();
  };
  await want('2.0.0');
  await want('2.0.0');
  await want('1.0.0');
  await want(undefined);
  expect(sent.map(({ packages }) => packages)).toEqual([
    [{ name: 'app', version: '2.0.0' }],
    [{ name: 'app', version: '1.0.0' }],
    [],
  ]);
  const versions = sent.map(({ version }) => version);
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
});
