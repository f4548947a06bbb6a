/** One command for one device: whatever happens in whatever order, it ends once and stays ended. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answered,
  cancel,
  expire,
  isOver,
  LATE_MS,
  newTarget,
  noCounts,
  retryDelay,
  sent,
  successRate,
  type Target,
} from '../../../collector/core/fleet/command.ts';
import { RESULT_STATES, type ResultState } from '../../../protocol/messages/command-result.ts';

const DEADLINE = 1_000_000;
const result = (state: ResultState, part: number) => ({ state, part, text: state });

describe('a command for a device', () => {
  it('is sent, begun and done', () => {
    const begun = answered(sent(newTarget('a'), 5), result('accepted', 0), 6);
    expect(begun).toMatchObject({ state: 'accepted', attempts: 1, sentAt: 5, endedAt: 0 });
    const done = answered(begun ?? newTarget('a'), result('succeeded', 1), 9);
    expect(done).toMatchObject({ state: 'succeeded', endedAt: 9, text: 'succeeded' });
    expect(answered(done ?? newTarget('a'), result('failed', 2), 10)).toBeUndefined();
  });

  it('is sent again later and later, and seldom once it was begun', () => {
    let target = newTarget('a');
    const delays = Array.from({ length: 7 }, () => {
      target = sent(target, 0);
      return retryDelay(target) / 1_000;
    });
    expect(delays).toEqual([30, 60, 120, 240, 480, 600, 600]);
    expect(retryDelay({ ...newTarget('a'), state: 'running', attempts: 1 })).toBe(600_000);
  });

  it('expires at its deadline, or later when it was begun', () => {
    const begun: Target = { ...newTarget('a'), state: 'accepted' };
    expect(expire(newTarget('a'), DEADLINE, DEADLINE - 1)).toBeUndefined();
    expect(expire(newTarget('a'), DEADLINE, DEADLINE)).toMatchObject({ state: 'expired' });
    expect(expire(begun, DEADLINE, DEADLINE)).toBeUndefined();
    const late = expire(begun, DEADLINE, DEADLINE + LATE_MS);
    expect(late).toMatchObject({ state: 'expired' });
    expect(answered(late ?? begun, result('succeeded', 4), DEADLINE)).toMatchObject({
      state: 'succeeded',
    });
  });

  it('is cancelled unless it was begun', () => {
    expect(cancel(newTarget('a'), 3)).toMatchObject({ state: 'cancelled', text: '' });
    expect(cancel(sent(newTarget('a'), 1), 3)?.text).toContain('may have run');
    expect(cancel({ ...newTarget('a'), state: 'running' }, 3)).toBeUndefined();
  });

  it('counts as done or not', () => {
    expect(successRate(noCounts())).toBeUndefined();
    expect(successRate({ ...noCounts(), succeeded: 3, expired: 1, running: 9 })).toBe(0.75);
  });
});

it('what a device has ended nothing changes', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('send' as const) }),
    fc.record({ kind: fc.constant('cancel' as const) }),
    fc.record({ kind: fc.constant('late' as const), by: fc.nat({ max: 2 * LATE_MS }) }),
    fc.record({
      kind: fc.constant('said' as const),
      state: fc.constantFrom(...RESULT_STATES),
      part: fc.nat({ max: 5 }),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let target = newTarget('a');
      let ended: Target | undefined;
      for (const one of steps) {
        const before = target;
        if (one.kind === 'send' && !isOver(target.state)) target = sent(target, 1);
        if (one.kind === 'cancel') target = cancel(target, 1) ?? target;
        if (one.kind === 'late') target = expire(target, DEADLINE, DEADLINE + one.by) ?? target;
        if (one.kind === 'said') target = answered(target, { ...one, text: '' }, 1) ?? target;
        if (ended !== undefined) expect(target).toBe(before);
        if (isOver(before.state)) expect(isOver(target.state)).toBe(true);
        expect(target.endedAt > 0).toBe(isOver(target.state));
        expect(target.attempts).toBeGreaterThanOrEqual(before.attempts);
        if (['succeeded', 'failed', 'refused'].includes(target.state)) ended = target;
      }
    }),
  );
});
