/** Gates that ask PromQL, and groups of a site that switch and go back at once. */
import { expect, it } from 'vitest';
import { LabelSet } from '../../collector/core/label-set.ts';
import type { Evaluated } from '../../collector/core/query/engine.ts';
import { GateQueries } from '../../collector/work/rollouts/gate-queries.ts';
import { MemoryCatalog } from '../support/alerting/memory-catalog.ts';
import { SimulatedFleet } from '../support/rollouts/fleet.ts';
import { planOf } from '../support/rollouts/plans.ts';

it('stops a stage when an expression names its devices, and heeds no others', async () => {
  const fleet = new SimulatedFleet({ devices: 40 });
  const engine = await fleet.collector(new MemoryCatalog());
  const gates = { success: 0, soak: '5m', expressions: [{ expr: 'up == 0', most: 10 }] };
  const plan = planOf({
    onFailure: 'pause',
    stages: [
      { name: 'a', count: 5, gates },
      { name: 'b', share: 100, gates },
    ],
  });
  const rollout = await fleet.start(engine, plan);
  let named = ['d-elsewhere'];
  const answer = (): Evaluated => ({
    value: {
      type: 'vector',
      samples: named.map((instance) => ({
        labels: LabelSet.fromObject({ instance }),
        time: 0,
        value: 0,
      })),
    },
    ...{ warnings: [], infos: [], stats: { samples: 0, peakSamples: 0 } },
  });
  const queries = new GateQueries({
    clock: fleet.clock,
    engine: { instant: () => Promise.resolve(answer()) },
    rollouts: () => engine.open.values(),
  });
  queries.start();
  await fleet.pass(240_000);
  expect(rollout.stage(0).state).toBe('soaking');
  await fleet.pass(400_000);
  expect(rollout.stage(0).state).toBe('passed');
  named = [...rollout.book.records.keys()].slice(0, 10);
  await fleet.pass(60_000);
  expect(rollout.record.state).toBe('stopped');
  expect(rollout.record.why).toContain('up == 0');
  await queries.stop();
  await engine.stop();
});

it('switches half of each site at once, site after site, and back at once', async () => {
  const fleet = new SimulatedFleet({ devices: 40 });
  const engine = await fleet.collector(new MemoryCatalog());
  const plan = planOf({
    onFailure: 'rollback-stage',
    limits: { parallel: 1 },
    stages: [
      { name: 'half', selector: 'all', blueGreen: { share: 50 }, gates: { approval: true } },
    ],
  });
  const rollout = await fleet.start(engine, plan);
  await fleet.pass(2_000, 1_000);
  const berlin = rollout.book.count(0).updating;
  expect(berlin).toBeGreaterThan(4);
  expect(rollout.book.count(1).updating).toBe(0);
  await fleet.pass(600_000);
  expect(rollout.stage(0).state).toBe('asking');
  expect(fleet.running('2.0.0')).toBe(berlin);
  const wants = fleet.wants;
  expect(await engine.act(rollout.record.id, { action: 'rollback', by: 'ada', comment: '' })).toBe(
    '',
  );
  await fleet.pass(2_000, 1_000);
  expect(fleet.wants - wants).toBe(berlin);
  await fleet.pass(600_000);
  expect(fleet.running('1.0.0')).toBe(40);
  await engine.stop();
});
