/** What devices get from layers and flags together, and what that costs for a large fleet. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Composer } from '../../../collector/core/fleet/composer.ts';
import type { Flag } from '../../../collector/core/fleet/flags.ts';
import type { Layer } from '../../../collector/core/fleet/layers.ts';
import type { Selectable } from '../../../collector/core/fleet/selector.ts';
import { nextVersion } from '../../../collector/core/fleet/version.ts';
import { Wheel } from '../../../collector/core/fleet/wheel.ts';

function layer(id: string, config: Layer['config'], more: Partial<Layer> = {}): Layer {
  return {
    ...{ id, version: 1, at: 0, by: 'ada', comment: '', config, priority: 0, share: 100 },
    ...{ before: {}, enabled: true },
    ...more,
  };
}

function device(index: number): Selectable {
  const ring = ['canary', 'early', 'late'][index % 3] ?? '';
  return {
    id: `gw-${index}`,
    site: `site-${index % 50}`,
    labels: new Map([['ring', ring]]),
    facts: new Map([['model', `m${index % 4}`]]),
  };
}

const flag: Flag = {
  ...{ name: 'new-ui', type: 'boolean', description: '', default: false, off: false },
  ...{ killed: false, version: 1, at: 0, by: 'ada', comment: '' },
  rules: [{ selector: 'ring in (canary,early)', value: true, share: 30 }],
};

describe('layers', () => {
  const order = [
    layer('device:gw-0', { of: 'device' }),
    layer('selector:b', { of: 'b' }, { selector: 'all', priority: 5 }),
    layer('selector:a', { of: 'a' }, { selector: 'all', priority: 5 }),
    layer('selector:z', { of: 'z' }, { selector: 'all', priority: 1 }),
    layer('site:site-0', { of: 'site' }),
    layer('fleet', { of: 'fleet' }),
  ];

  it('lie over each other in their order, however they come', () => {
    const upwards = ['fleet', 'site', 'z', 'a', 'b', 'device'];
    const permutation = fc.shuffledSubarray(order, { minLength: 1 });
    fc.assert(
      fc.property(permutation, (some) => {
        const { config, layers } = new Composer(some, []).contentFor(device(0));
        const ranks = layers.map(({ id }) =>
          upwards.findIndex(
            (one) => id === one || id.endsWith(`:${one}`) || id.startsWith(`${one}:`),
          ),
        );
        expect(ranks).toEqual([...ranks].sort((x, y) => x - y));
        expect(config['of']).toBe(upwards[ranks.at(-1) ?? -1]);
      }),
    );
  });

  it('that are off add nothing', () => {
    const off = order.map((one) => ({ ...one, enabled: false }));
    expect(new Composer(off, []).contentFor(device(0))).toMatchObject({
      config: {},
      wanted: false,
    });
  });

  it('equal content has equal digests, and only that', () => {
    const digest = (layers: Layer[], flags: Flag[] = []) =>
      new Composer(layers, flags).contentFor(device(0)).digest;
    const { x, y } = { x: layer('fleet', { a: 1, b: 2 }), y: layer('site:site-0', { b: 2, a: 1 }) };
    expect(digest([x])).toBe(digest([y]));
    expect(digest([x])).not.toBe(digest([x], [flag]));
    expect(digest([x])).not.toBe(digest([{ ...x, config: { a: 1, b: '2' } }]));
  });

  it('with a share give the new content to it and the one before to the others', () => {
    const staged = layer('fleet', { a: 2 }, { before: { a: 1 }, share: 20 });
    const composer = new Composer([staged], []);
    const got = Array.from({ length: 5_000 }, (_, i) => composer.contentFor(device(i)).config['a']);
    const fresh = got.filter((one) => one === 2).length;
    // Four standard deviations of a fifth of 5,000.
    expect(Math.abs(fresh - 1_000)).toBeLessThan(114);
  });
});

it('100,000 devices cost as many merges as there are different compositions', () => {
  const sites = Array.from({ length: 50 }, (_, i) => layer(`site:site-${i}`, { site: i }));
  const layers = [
    layer('fleet', { checks: { web: { interval: '60s' } } }),
    ...sites,
    layer('selector:canary', { checks: { web: { of: 5 } } }, { selector: 'ring=canary' }),
    layer('selector:m3', { adapt: {} }, { selector: 'fact.model=m3', share: 50 }),
    layer('device:gw-7', { own: true }),
  ];
  const composer = new Composer(layers, [flag]);
  const digests = new Set<string>();
  for (let i = 0; i < 100_000; i++) digests.add(composer.contentFor(device(i)).digest);
  // 50 sites, with or without each selector, in or out of the share, the flag on or off.
  expect(composer.merges).toBeLessThan(50 * 2 * 3 * 2 * 4);
  expect(digests.size).toBeGreaterThan(300);
  const { merges } = composer;
  composer.contentFor(device(99_999));
  expect(composer.merges).toBe(merges);
});

it('what is due comes once, at its second and in its order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 60_000 }), { maxLength: 50 }), (times) => {
      const wheel = new Wheel<number>();
      for (const at of times) wheel.add(at, at);
      const taken: number[] = [];
      for (let now = 0; now <= 61_000; now += 500) {
        const due = wheel.take(now);
        for (const at of due) expect(at).toBeLessThanOrEqual(now);
        for (const at of due) expect(now - at).toBeLessThan(1_500);
        taken.push(...due);
      }
      expect(taken.sort((a, b) => a - b)).toEqual([...times].sort((a, b) => a - b));
    }),
  );
});

it('the next version is the time, unless something is ahead of it', () => {
  expect(nextVersion(5, 3, 1_000)).toBe(1_000);
  expect(nextVersion(2_000, 3, 1_000)).toBe(2_001);
  expect(nextVersion(5, 3_000, 1_000)).toBe(3_001);
});
