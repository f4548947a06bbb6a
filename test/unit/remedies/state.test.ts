import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { areFree } from '../../../agent/core/remedies/claims.ts';
import type { Asking, RemedyState } from '../../../agent/core/remedies/state.ts';
import { pauseMs } from '../../../agent/core/remedies/state.ts';
import { decodeState, encodeState, rebootedSince } from '../../../agent/core/remedies/stored.ts';
import { isUnitName } from '../../../agent/core/remedies/unit-name.ts';

describe('claims', () => {
  test.each([
    [['unit:a'], [['unit:b']], true],
    [['unit:a'], [['unit:b', 'unit:a']], false],
    [['unit:a'], [['machine']], false],
    [['machine'], [['unit:a']], false],
    [['machine'], [], true],
    [[], [['machine']], false],
    [['packages'], [['unit:a']], false],
    [['unit:a'], [['packages']], false],
    [[], [['unit:a']], true],
  ])('%j beside %j: %j', (wanted, held, free) => {
    expect(areFree(wanted, held)).toBe(free);
  });
});

test('pauses double up to their bound and never overflow', () => {
  const limits = { limit: 1, perMs: 1, stopAfter: 1, timeoutMs: 1 };
  const backoff = { minMs: 1_000, maxMs: 60_000 };
  const pauses = [1, 2, 3, 7, 2_000].map((attempt) => pauseMs(attempt, { ...limits, backoff }));
  expect(pauses).toEqual([1_000, 2_000, 4_000, 60_000, 60_000]);
});

const time = fc.integer({ min: 0, max: 1e12 });
const asking: fc.Arbitrary<Asking> = fc.record({
  failing: fc.constant(false),
  goodSince: time,
  failed: fc.nat(9),
  unproven: fc.boolean(),
  stopped: fc.boolean(),
});
const state: fc.Arbitrary<RemedyState> = fc.record({
  tries: fc.array(time).map((tries) => tries.sort((a, b) => a - b)),
  attempt: fc.nat(50),
  notBefore: time,
  checks: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/), asking, {
    noNullPrototype: true,
  }),
});

describe('on the disk', () => {
  test('comes back as it was in the same boot, good from now on', () => {
    const same = fc.property(state, time, time, (before, mono, later) => {
      const now = mono + later;
      const after = decodeState(encodeState(before, mono), now);
      const checks = Object.entries(before.checks).map(([name, one]) => {
        return [name, { ...one, goodSince: now }] as const;
      });
      expect(after).toEqual({ ...before, checks: Object.fromEntries(checks) });
    });
    fc.assert(same);
  });

  test('after a reboot as much time has passed as the new boot has lasted', () => {
    const moved = fc.property(
      state,
      fc.integer({ min: 1, max: 1e12 }),
      time,
      (before, mono, up) => {
        const now = up % mono;
        const text = encodeState(before, mono);
        expect(rebootedSince(text, now)).toBe(true);
        const after = decodeState(text, now);
        expect(after?.tries.map((at) => now - at)).toEqual(
          before.tries.map((at) => mono - at + now),
        );
        expect((after?.notBefore ?? 0) - now).toBe(before.notBefore - mono - now);
      },
    );
    fc.assert(moved);
  });

  test.each([
    '',
    'null',
    '{}',
    '[]',
    '{"version":2}',
    '{"version":1,"mono":1,"state":{"tries":["x"]}}',
  ])('what is no state is not taken for one: %s', (text) => {
    expect(decodeState(text, 5)).toBeUndefined();
    expect(rebootedSince(text, 5)).toBe(false);
  });
});

test('names of units', () => {
  const good = [
    'a.service',
    'getty@tty1.service',
    'systemd-fsck@dev-disk-by\\x2duuid.service',
    'x.timer',
  ];
  const bad = [
    'a',
    '-a.service',
    'a b.service',
    'a/b.service',
    'a*.service',
    'a.service\n',
    '.service ',
    '',
  ];
  expect(good.filter((name) => !isUnitName(name))).toEqual([]);
  expect(bad.filter(isUnitName)).toEqual([]);
});
