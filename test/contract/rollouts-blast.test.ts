/** How far a bad build gets, and how seldom a good one is stopped: simulated devices, the real engine. */
import { describe, expect, it } from 'vitest';
import { readFile } from '../../collector/work/rollouts/file.ts';
import { MemoryCatalog } from '../support/alerting/memory-catalog.ts';
import { defaultFile } from '../support/rollouts/default-file.ts';
import { type FleetOptions, SimulatedFleet } from '../support/rollouts/fleet.ts';
import { rounds } from '../support/rounds.ts';

const DEVICES = 4_000;
const DAY = 86_400_000;

async function roll(options: FleetOptions) {
  const fleet = new SimulatedFleet(options);
  const engine = await fleet.collector(new MemoryCatalog());
  const rollout = await fleet.start(engine, await readFile(defaultFile(), () => []));
  await fleet.pass(
    2 * DAY,
    10_000,
    () => rollout.record.state !== 'running' && rollout.record.state !== 'reverting',
  );
  await engine.stop();
  return { fleet, rollout };
}

describe('a rollout by the default file', () => {
  it('stops a build that works nowhere at its canaries, and takes it back', async () => {
    const { fleet, rollout } = await roll({ devices: DEVICES, bad: 100 });
    expect(rollout.record.state).toBe('reverted');
    expect(fleet.reached).toBeLessThanOrEqual(DEVICES / 100);
    expect(fleet.running('1.0.0')).toBe(DEVICES);
  });

  it('stops a build that kills devices silently', async () => {
    const { fleet, rollout } = await roll({ devices: DEVICES, bad: 100, silent: true });
    expect(rollout.record.state).toBe('reverted');
    expect(fleet.reached).toBeLessThanOrEqual(DEVICES / 100);
  });

  it('brings a good build to all, with devices that go bad by themselves', async () => {
    const devices = rounds(DEVICES);
    const { fleet, rollout } = await roll({ devices, background: 1, install: 1 });
    expect(rollout.record.state).toBe('done');
    expect(fleet.running('2.0.0')).toBeGreaterThan(devices * 0.98);
  }, 120_000);
});
