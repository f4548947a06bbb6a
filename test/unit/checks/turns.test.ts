/** Turns: what is due together begins together, and what is measured runs alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Due } from '../../../agent/core/checks/schedule.ts';
import { Agenda } from '../../../agent/work/checking/agenda.ts';
import { type Manner, Slots } from '../../../agent/work/checking/slots.ts';
import { FakeClock } from '../../support/fake-clock.ts';

describe('agenda', () => {
  const windows = fc.array(
    fc.record({ from: fc.integer({ min: 0, max: 1_000 }), wait: fc.integer({ min: 0, max: 300 }) }),
    { minLength: 1, maxLength: 20 },
  );

  it('begins each once, within its window, with as few turns as windows allow', async () => {
    await fc.assert(
      fc.asyncProperty(windows, async (all) => {
        const clock = new FakeClock();
        const began = new Map<number, number>();
        const agenda = new Agenda<number>(clock, (one) => {
          expect(began.has(one)).toBe(false);
          began.set(one, clock.mono());
        });
        for (const [one, { from, wait }] of all.entries())
          agenda.plan(one, { from, until: from + wait });
        await clock.advance(2_000);
        for (const [one, { from, wait }] of all.entries()) {
          expect(began.get(one)).toBeGreaterThanOrEqual(from - 2);
          expect(began.get(one)).toBeLessThanOrEqual(from + wait);
        }
        expect(new Set(began.values()).size).toBe(turnsOf(all));
        expect(clock.pending).toBe(0);
      }),
    );
  });

  it('keeps to the last plan, and to none after clear', async () => {
    const clock = new FakeClock();
    const began: string[] = [];
    const agenda = new Agenda<string>(clock, (one, { from }) => began.push(`${one} ${from}`));
    agenda.plan('a', at(100));
    agenda.plan('b', at(150));
    agenda.plan('a', at(200));
    await clock.advance(199);
    expect(began).toEqual(['b 150']);
    await clock.advance(1);
    expect(began).toEqual(['b 150', 'a 200']);
    agenda.plan('a', at(300));
    agenda.clear();
    expect(clock.pending).toBe(0);
    await clock.advance(1_000);
    expect(began).toHaveLength(2);
    agenda.plan('a', at(1_300));
    await clock.advance(200);
    expect(began.at(-1)).toBe('a 1300');
  });

  it('begins nothing early when its timer is', async () => {
    const clock = new FakeClock();
    const began: number[] = [];
    const agenda = new Agenda<string>(clock, () => began.push(clock.mono()));
    clock.stale = 5_000;
    agenda.plan('a', at(6_000));
    await clock.advance(10_000);
    agenda.plan('far', at(40 * 86_400_000));
    await clock.advance(50 * 86_400_000);
    expect(began).toEqual([6_000, 40 * 86_400_000]);
  });
});

describe('slots', () => {
  const rules = { most: 3, longMs: 100 };

  it('one after the other, in their order, though one fails', async () => {
    const clock = new FakeClock();
    const slots = new Slots(clock, rules);
    const said: string[] = [];
    const work = (name: string) =>
      slots.with('alone', async () => {
        said.push(`${name} begins`);
        await pause(clock, 10);
        said.push(`${name} ends`);
        if (name === 'b') throw new Error('no');
      });
    const all = Promise.allSettled(['a', 'b', 'c'].map(work));
    await clock.advance(100);
    expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(said).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
    expect(clock.pending).toBe(0);
  });

  it('what takes long holds up nobody until all places are taken, and nothing is forgotten', async () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(lengths, async (all) => {
        const clock = new FakeClock();
        const slots = new Slots(clock, rules);
        const begins: number[] = [];
        let running = 0;
        const done = all.map((ms) =>
          slots.with('alone', async () => {
            begins.push(clock.mono());
            running += 1;
            expect(running).toBeLessThanOrEqual(rules.most);
            await pause(clock, ms);
            running -= 1;
          }),
        );
        await clock.advance(40_000);
        await Promise.all(done);
        for (const [n, length] of all.slice(0, -1).entries()) {
          const [began = 0, next = 0] = begins.slice(n);
          expect(next - began).toBeGreaterThanOrEqual(Math.min(length, rules.longMs));
        }
        // With a place free, nobody waits longer than for one that is long.
        for (const n of begins.keys()) {
          if (n < rules.most) expect(begins[n]).toBeLessThanOrEqual(n * rules.longMs);
        }
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('what is measured runs alone, what is not beside others and before it', async () => {
    const wanted = fc.array(
      fc.record({
        manner: fc.constantFrom<Manner>('alone', 'beside'),
        after: fc.integer({ min: 0, max: 300 }),
        ms: fc.integer({ min: 0, max: 300 }),
      }),
      { minLength: 1, maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(wanted, async (all) => {
        const clock = new FakeClock();
        const slots = new Slots(clock, rules);
        const inside = new Map<number, { manner: Manner; since: number }>();
        const waiting = new Map<number, Manner>();
        const done = all.map(async ({ manner, after, ms }, n) => {
          await pause(clock, after);
          waiting.set(n, manner);
          const came = clock.mono();
          await slots.with(manner, async () => {
            waiting.delete(n);
            const holding = [...inside.values()].filter(
              ({ since }) => clock.mono() - since < rules.longMs,
            );
            if (manner === 'alone') expect(holding).toEqual([]);
            else expect(holding.map((one) => one.manner)).not.toContain('alone');
            const waited = clock.mono() - came;
            if (manner === 'alone' && waited < rules.longMs) {
              expect([...waiting.values()]).not.toContain('beside');
            }
            inside.set(n, { manner, since: clock.mono() });
            expect(inside.size).toBeLessThanOrEqual(rules.most);
            await pause(clock, ms);
            inside.delete(n);
          });
        });
        await clock.advance(20_000);
        await Promise.all(done);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('what is measured is not kept waiting by ever more that is not', async () => {
    const clock = new FakeClock();
    const slots = new Slots(clock, rules);
    const others = Array.from({ length: 100 }, async (_, n) => {
      await pause(clock, n * 20);
      await slots.with('beside', () => pause(clock, 50));
    });
    await clock.advance(30);
    let began = 0;
    const asked = clock.mono();
    const measured = slots.with('alone', () => {
      began = clock.mono();
      return pause(clock, 10);
    });
    await clock.advance(10_000);
    await Promise.all([...others, measured]);
    expect(began - asked).toBeGreaterThanOrEqual(rules.longMs);
    expect(began - asked).toBeLessThanOrEqual(2 * rules.longMs);
    expect(clock.pending).toBe(0);
  });

  it('calls an alarm in its time, the last that was set, and none after the slot was left', async () => {
    const clock = new FakeClock();
    const slots = new Slots(clock, rules);
    const called: string[] = [];
    const note = (what: string) => () => void called.push(`${what} at ${clock.mono() - start}`);
    const start = clock.mono();
    const slow = slots.with('alone', async (slot) => {
      slot.alarm(50, note('replaced'));
      slot.alarm(150, () => {
        note('slow')();
        slot.alarm(30, note('slow again'));
      });
      await pause(clock, 400);
    });
    const quick = slots.with('alone', async (slot) => {
      slot.alarm(50, note('quick'));
      await pause(clock, 10);
    });
    await clock.advance(1_000);
    await Promise.all([slow, quick]);
    expect(called).toEqual(['slow at 150', 'slow again at 180']);
    expect(clock.pending).toBe(0);
  });
});

function at(time: number): Due {
  return { from: time, until: time };
}

function pause(clock: FakeClock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}

/** The fewest moments that meet all windows: greedily, as late as the first one can wait. */
function turnsOf(all: readonly { readonly from: number; readonly wait: number }[]): number {
  let left = [...all];
  let turns = 0;
  while (left.length > 0) {
    const now = Math.min(...left.map(({ from, wait }) => from + wait));
    left = left.filter(({ from }) => from > now + 2);
    turns += 1;
  }
  return turns;
}
