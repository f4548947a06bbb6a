/** Who is in a stage stays in it while shares grow; each device is in one stage at most. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choose, Membership } from '../../../collector/core/rollouts/membership.ts';
import { device, planOf } from '../../support/rollouts/plans.ts';

const fleet = Array.from({ length: 400 }, (_, i) => device(`d-${i}`, { online: i % 3 > 0 }));

describe('membership', () => {
  it('only grows with the share', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (a, b) => {
          const of = (share: number) =>
            new Membership('r', planOf({ stages: [{ name: 'one', share }] }), {});
          const [small, large] = [of(Math.min(a, b)), of(Math.max(a, b))];
          for (const one of fleet) if (small.stageOf(one) === 0) expect(large.stageOf(one)).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('counts exactly, the online first, and never takes one twice', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 200 }),
        (first, second) => {
          const plan = planOf({
            exclude: ['d-7'],
            stages: [
              { name: 'a', count: first },
              { name: 'b', count: second },
              { name: 'rest', share: 100 },
            ],
          });
          const chosen = choose('r', plan, fleet);
          const membership = new Membership('r', plan, chosen);
          const sizes = [0, 0, 0];
          for (const one of fleet) {
            const at = membership.stageOf(one);
            if (at >= 0) sizes[at] = (sizes[at] ?? 0) + 1;
            else expect(one.id).toBe('d-7');
          }
          expect(sizes[0]).toBe(first);
          expect(sizes[1]).toBe(Math.min(second, 399 - first));
          const online = fleet.filter((one) => one.online && one.id !== 'd-7').length;
          const taken = chosen['a']?.filter(
            (id) => fleet.find((one) => one.id === id)?.online,
          ).length;
          expect(taken).toBe(Math.min(first, online));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('goes from site to site for blue-green groups', () => {
    const plan = planOf({
      stages: [
        { name: 'half', selector: 'all', blueGreen: { share: 50 } },
        { name: 'rest', share: 100 },
      ],
    });
    expect(plan.stages.map(({ name, after }) => [name, after])).toEqual([
      ['half-berlin', []],
      ['half-paris', ['half-berlin']],
      ['rest', ['half-paris']],
    ]);
    const membership = new Membership('r', plan, {});
    const half = fleet.filter((one) => membership.stageOf(one) === 0).length;
    expect(half).toBeGreaterThan(150);
    expect(half).toBeLessThan(250);
  });
});
