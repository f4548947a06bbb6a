/** Rollouts that are over are dropped after their time, by the hour, and with all that was kept of them. */
import { describe, expect, it } from 'vitest';
import type { RolloutSummary } from '../../collector/ports/rollouts.ts';
import { FleetMemory } from '../../collector/work/fleet/memory.ts';
import { devicesOf, KEYS, rolloutKey } from '../../collector/work/rollouts/keys.ts';
import { pruneRollouts } from '../../collector/work/rollouts/prune.ts';
import { MemoryCatalog } from '../support/alerting/memory-catalog.ts';
import { GateCatalog } from '../support/oncall/gate-catalog.ts';
import { SimulatedFleet } from '../support/rollouts/fleet.ts';
import { planOf } from '../support/rollouts/plans.ts';

const HOUR = 3_600_000;

function keysOf(catalog: MemoryCatalog, prefix: string): number {
  return [...catalog.entries.keys()].filter((key) => key.startsWith(prefix)).length;
}

describe('a rollout that is over', () => {
  it('is there for its time, and gone within the hour after; what is wanted stays', async () => {
    const catalog = new MemoryCatalog();
    const fleet = new SimulatedFleet({ devices: 6, retentionMs: 3 * HOUR });
    const engine = await fleet.collector(catalog);
    const plan = planOf({ stages: [{ name: 'all', share: 100 }] });
    const { record } = await engine.create(plan, 'ada', '');
    await fleet.pass(HOUR, 60_000, () => engine.over.size > 0);
    const { endedAt = 0 } = engine.over.get(record.id) ?? {};
    const going = await engine.create(
      planOf({
        packages: [{ name: 'radio', version: '1.0.0' }],
        stages: [{ name: 'all', devices: ['d-99'], gates: { approval: true } }],
      }),
      'ada',
      '',
    );
    const age = () => fleet.clock.wall() - endedAt;
    await fleet.pass(3 * HOUR - age(), 60_000);
    expect([...engine.over.keys()]).toEqual([record.id]);
    expect(keysOf(catalog, devicesOf(record.id))).toBe(6);
    await fleet.pass(HOUR + 60_000, 60_000);
    expect([...engine.over.keys()]).toEqual([]);
    expect(keysOf(catalog, devicesOf(record.id))).toBe(0);
    expect(await engine.record(record.id)).toBeUndefined();
    // One that goes on is not touched, however old.
    expect(keysOf(catalog, KEYS.rollouts)).toBe(1);
    expect([...engine.open.keys()]).toEqual([going.record.id]);
    expect(engine.wants.packagesFor('d-1')).toEqual([{ name: 'app', version: '2.0.0' }]);
    await engine.stop();
    const again = await fleet.collector(catalog);
    expect([again.open.size, again.over.size]).toEqual([1, 0]);
    await again.stop();
  });

  it('is dropped in groups; one that a crash has cut off is dropped by the next life', async () => {
    const catalog = new MemoryCatalog();
    const memory = new FleetMemory(catalog);
    const ids = ['r-old', 'r-new'];
    for (const id of ids) {
      const devices = Array.from(
        { length: 2_500 },
        (_, i) => [`${devicesOf(id)}d-${i}`, {}] as const,
      );
      await memory.keep([...devices, [rolloutKey(id), {}]]);
    }
    const over = () =>
      new Map(
        ids.map((id) => [id, { id, endedAt: id === 'r-old' ? 1 : 3 } as RolloutSummary] as const),
      );
    const gate = new GateCatalog(catalog);
    gate.dieAt = 2;
    gate.dieAfter = true;
    void pruneRollouts(new FleetMemory(gate), over(), 2);
    await gate.died;
    expect(keysOf(catalog, devicesOf('r-old'))).toBe(500);
    expect(catalog.entries.has(rolloutKey('r-old'))).toBe(true);
    const known = over();
    await pruneRollouts(memory, known, 2);
    expect([...known.keys()]).toEqual(['r-new']);
    expect(keysOf(catalog, devicesOf('r-old'))).toBe(0);
    expect(catalog.entries.has(rolloutKey('r-old'))).toBe(false);
    expect(keysOf(catalog, devicesOf('r-new'))).toBe(2_500);
    expect(catalog.entries.has(rolloutKey('r-new'))).toBe(true);
  });
});
