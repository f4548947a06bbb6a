/** A collector that is killed at any write of a rollout: no group begins twice, none is forgotten. */
import { describe, expect, it } from 'vitest';
import type { RolloutEngine } from '../../collector/work/rollouts/engine.ts';
import { MemoryCatalog } from '../support/alerting/memory-catalog.ts';
import { GateCatalog } from '../support/oncall/gate-catalog.ts';
import { SimulatedFleet } from '../support/rollouts/fleet.ts';
import { planOf } from '../support/rollouts/plans.ts';
import { stride } from '../support/rounds.ts';

const DAY = 86_400_000;

const plan = planOf({
  onFailure: 'rollback-all',
  device: { deadline: '10m', retries: 0 },
  limits: { parallel: 4, perMinute: 60 },
  stages: [
    { name: 'canary', count: 2, gates: { success: 0, soak: '1m' } },
    { name: 'half', share: 50, gates: { success: 40 } },
    { name: 'all', share: 100, gates: { success: 40 } },
  ],
});

interface Ended {
  readonly fleet: SimulatedFleet;
  readonly engine: RolloutEngine;
  readonly writes: number;
  readonly log: readonly string[];
}

/** Killed at the given write; another collector goes on from what is durable. */
async function roll(bad: number, dieAt: number, dieAfter: boolean): Promise<Ended> {
  const catalog = new MemoryCatalog();
  const gate = new GateCatalog(catalog);
  gate.dieAt = dieAt;
  gate.dieAfter = dieAfter;
  const fleet = new SimulatedFleet({ devices: 12, bad, seed: 3 });
  let engine = await fleet.collector(gate);
  void engine.create(plan, 'ada', '').catch(() => undefined);
  await fleet.pass(DAY, 10_000, () => gate.dead || engine.over.size > 0);
  if (gate.dead) {
    engine = await fleet.collector(catalog);
    // What died before it was written down is asked for again.
    if (engine.open.size + engine.over.size === 0) await engine.create(plan, 'ada', '');
    await fleet.pass(DAY, 10_000, () => engine.over.size > 0);
  }
  await engine.stop();
  const [id = ''] = engine.over.keys();
  const record = await engine.record(id);
  return { fleet, engine, writes: gate.writes, log: (record?.log ?? []).map(({ text }) => text) };
}

function check({ fleet, engine, log }: Ended, want: readonly string[][]): void {
  expect(engine.open.size).toBe(0);
  expect(engine.over.size).toBe(1);
  const opened = log.filter((line) => line.endsWith(' is open'));
  expect(opened).toEqual([...new Set(opened)]);
  for (const versions of fleet.told.values()) {
    expect(want).toContainEqual(versions);
  }
}

async function everyWrite(bad: number, want: readonly string[][], each: (ended: Ended) => void) {
  const whole = await roll(bad, Number.POSITIVE_INFINITY, false);
  check(whole, want);
  each(whole);
  for (let write = 1; write <= whole.writes; write += stride) {
    for (const after of [false, true]) {
      const ended = await roll(bad, write, after);
      check(ended, want);
      each(ended);
    }
  }
  return whole.writes;
}

describe('a collector killed at any write', () => {
  it('brings a good build to each device once', async () => {
    const writes = await everyWrite(0, [['2.0.0']], ({ fleet }) => {
      expect(fleet.running('2.0.0')).toBe(12);
    });
    expect(writes).toBeGreaterThan(10);
  });

  it('takes a bad build back from each device once', async () => {
    const writes = await everyWrite(60, [['2.0.0', '1.0.0']], ({ fleet, log }) => {
      expect(log.some((line) => line.startsWith('reverted'))).toBe(true);
      expect(fleet.running('1.0.0')).toBe(12);
    });
    expect(writes).toBeGreaterThan(5);
  });
});
