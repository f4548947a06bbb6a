/** Conditions, order and retries. */
import { expect, test } from 'vitest';
import { defaultRoute, unmet } from '../../../agent/core/tasks/conditions.ts';
import { inOrder } from '../../../agent/core/tasks/queue.ts';
import { isTriedAgain } from '../../../agent/core/tasks/retry.ts';

const all = { mains: true, maxLoad: 1.5, unmetered: true, minFree: { path: '/', bytes: 100 } };
const good = { mains: true, load: 1.5, route: 'eth0', freeBytes: 100 };

test('all that does not hold is said, and what is not known does not hold', () => {
  expect(unmet(all, good, ['wwan*'])).toEqual([]);
  expect(unmet({}, {}, [])).toEqual([]);
  expect(unmet({ mains: false, unmetered: false }, {}, [])).toEqual([]);
  expect(unmet(all, {}, [])).toEqual([
    'not on mains power',
    'load is not known, at most 1.5 is asked for',
    'there is no default route',
    'free space of / is not known, 100 are asked for',
  ]);
  const bad = { mains: false, load: 1.6, route: 'wwan0', freeBytes: 99 };
  expect(unmet(all, bad, ['ppp?', 'wwan*'])).toEqual([
    'not on mains power',
    'load is 1.6, at most 1.5 is asked for',
    'network wwan0 is metered',
    'free space of / is 99 bytes, 100 are asked for',
  ]);
});

test('the default route is the one with the smallest metric', () => {
  const rows = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'wwan0\t00000000\t0100000A\t0003\t0\t0\t700\t00000000\t0\t0\t0',
    'eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0',
    'eth1\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
  ];
  expect(defaultRoute(rows.join('\n'))).toBe('eth0');
  expect(defaultRoute([rows[0], rows[3]].join('\n'))).toBeUndefined();
  expect(defaultRoute('')).toBeUndefined();
});

test('priority is first, then who asked, then who was planned first', () => {
  const one = (name: string, priority: number, planned: number, asked = false) => ({
    name,
    priority,
    planned,
    asked,
  });
  const queue = [
    one('late', 0, 9),
    one('b', 0, 5),
    one('a', 0, 5),
    one('asked', 0, 20, true),
    one('urgent', 5, 30),
    one('never', -1, 0),
  ];
  expect(inOrder(queue).map(({ name }) => name)).toEqual([
    'urgent',
    'asked',
    'a',
    'b',
    'late',
    'never',
  ]);
});

test('what may mend itself is tried again, as often as is said', () => {
  const again = (
    state: Parameters<typeof isTriedAgain>[0]['state'],
    attempt: number,
    permanent = false,
  ) => isTriedAgain({ state, attempt, permanent }, { count: 2, delay: 1 });
  expect([again('failed', 1), again('failed', 2), again('failed', 3)]).toEqual([true, true, false]);
  expect([again('timed-out', 1), again('interrupted', 1)]).toEqual([true, true]);
  expect([
    again('succeeded', 1),
    again('cancelled', 1),
    again('skipped', 1),
    again('failed', 1, true),
  ]).toEqual([false, false, false, false]);
});
