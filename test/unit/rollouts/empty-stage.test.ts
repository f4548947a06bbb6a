/** What is said of a stage through which nobody was updated. */
import { expect, it } from 'vitest';
import { newRollout } from '../../../collector/core/rollouts/begin.ts';
import { advance } from '../../../collector/core/rollouts/progress.ts';
import { Rollout } from '../../../collector/core/rollouts/rollout.ts';
import { fleetOf, planOf, worldOf } from '../../support/rollouts/plans.ts';

it('passes at once, and its line in the log says why', () => {
  const plan = planOf({
    stages: [
      { name: 'done', devices: ['d-0', 'd-1'] },
      { name: 'none', selector: 'site=rome' },
      { name: 'alien', devices: ['d-2', 'd-3'], gates: { approval: true } },
      { name: 'rest', share: 100, after: [] },
    ],
  });
  const fleet = fleetOf(5);
  for (const id of ['d-0', 'd-1', 'd-2']) fleet.get(id)?.packages.set('app', '2.0.0');
  const rollout = new Rollout(
    newRollout({ id: 'r-1', plan, by: 'ada', comment: '', now: 0 }, [...fleet.values()]),
  );
  rollout.enroll(fleet.values());
  const fit = ({ id }: { id: string }) => (id === 'd-3' ? 'wrong-architecture' : 'fits');
  const world = { ...worldOf(fleet), fit } as const;
  for (let now = 0; now < 12_000; now += 1_000) advance(rollout, now, world);
  fleet.get('d-4')?.packages.set('app', '2.0.0');
  for (let now = 12_000; now < 20_000; now += 1_000) advance(rollout, now, world);
  const lines = rollout.record.log.map(({ text }) => text);
  expect(lines.filter((text) => / is (passed|asking)/.test(text))).toEqual([
    'stage done is passed: all 2 devices had the version already',
    'stage none is passed: it has no devices',
    'stage alien is asking: none of its 2 devices could be updated, 1 had the version already',
    'stage rest is passed',
  ]);
  expect(rollout.stage(0).why).toBe('all 2 devices had the version already');
});
