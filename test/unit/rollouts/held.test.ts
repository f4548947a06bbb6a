/** A device that was told and does not begin yet, and says so: no failure, and no limit is spent on it. */
import { describe, expect, it } from 'vitest';
import { act } from '../../../collector/core/rollouts/actions.ts';
import { told } from '../../../collector/core/rollouts/attempts.ts';
import { newRollout } from '../../../collector/core/rollouts/begin.ts';
import { advance } from '../../../collector/core/rollouts/progress.ts';
import { Rollout } from '../../../collector/core/rollouts/rollout.ts';
import { fleetOf, planOf, worldOf } from '../../support/rollouts/plans.ts';

const START = Date.UTC(2026, 10, 21);

describe('a device that holds an update back', () => {
  const MINUTE = 60_000;

  function begun(more: object = {}) {
    const plan = planOf({
      device: { deadline: '10m', retries: 0 },
      limits: { parallel: 1 },
      stages: [{ name: 'all', share: 100, gates: { success: 0 } }],
      ...more,
    });
    const fleet = fleetOf(2);
    const rollout = new Rollout(
      newRollout({ id: 'r-1', plan, by: 'ada', comment: '', now: START }, [...fleet.values()]),
    );
    rollout.enroll(fleet.values());
    const world = worldOf(fleet);
    let minute = 0;
    const at = (next: number) => {
      minute = next;
      advance(rollout, START + minute * MINUTE, world);
    };
    at(0);
    const [device = ''] = rollout.book.active;
    const say = (word: 'held' | 'running' | 'failed', text: string) =>
      told(rollout, { device, word, text, now: START + minute * MINUTE }, world);
    const own = () => {
      const { state = '', reason = '', text = '' } = rollout.book.records.get(device) ?? {};
      return [state, reason, text].join();
    };
    return { rollout, fleet, device, at, say, own };
  }

  it('is not silent, and gives its place to another; its deadline begins anew when it begins', () => {
    const { rollout, device, at, say, own } = begun();
    at(9);
    say('held', 'held: window night is closed');
    expect(own()).toBe('held,held,held: window night is closed');
    at(9.1);
    expect(rollout.book.count()).toMatchObject({ held: 1, updating: 1 });
    at(600);
    expect(own()).toBe('held,held,held: window night is closed');
    say('running', 'fetching');
    expect(own()).toBe('updating,updating,fetching');
    at(609);
    expect(own()).toContain('updating');
    at(610);
    expect(own()).toContain('failed,silent');
    expect(rollout.book.records.get(device)?.attempt).toBe(1);
  });

  it('is updated when it says that it runs the version, however it came to it', () => {
    const { fleet, device, at, say, own } = begun();
    say('held', 'locked: by the pump');
    fleet.get(device)?.packages.set('app', '2.0.0');
    at(1);
    expect(own()).toBe('succeeded,,locked: by the pump');
  });

  it('is given up at the end of the rollout, which is no failure, and gets what it had', () => {
    const { rollout, device, at, say, own } = begun({ until: '1d', windows: undefined });
    say('held', 'no-space: 3 MB');
    rollout.takeChanges();
    at(24 * 60 - 1);
    expect(own()).toContain('held');
    rollout.takeChanges();
    at(24 * 60);
    expect(own()).toBe('skipped,expired,no-space: 3 MB');
    expect(rollout.takeChanges().wants).toContainEqual({
      device,
      packages: [{ name: 'app', version: '1.0.0' }],
    });
  });

  it('is called off and taken back like one that has begun; its way back may be held too', () => {
    const { rollout, fleet, device, at, say, own } = begun();
    say('held', 'locked: by the pump');
    fleet.get(device)?.packages.set('app', '1.5.0');
    act(rollout, { action: 'rollback', by: 'ada', comment: '' }, START);
    at(1);
    expect(own()).toContain('reverting,reverting');
    say('held', 'held: window night is closed');
    at(100);
    expect(own()).toBe('reverting,held,held: window night is closed');
    say('running', 'fetching');
    at(109);
    expect(own()).toContain('reverting,reverting');
    at(110);
    expect(own()).toContain('failed,revert-failed');
  });

  it('is heeded only where it was told something', () => {
    const { rollout, fleet, say, own, device, at } = begun();
    fleet.get(device)?.packages.set('app', '2.0.0');
    at(1);
    say('held', 'held: window night is closed');
    say('running', 'fetching');
    expect(own()).toBe('succeeded,,');
    expect(rollout.book.count().held).toBe(0);
  });
});
