/** Who has the right of way: what is live, but never for long and never all of the time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveFirst } from '../../../collector/work/live-first.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const LONGEST = 5;
const EARNED = 5;

class Rig {
  readonly clock = new FakeClock();
  readonly live = new LiveFirst(this.clock);
  waiting = 0;

  /** Work that comes to the end of a stretch. */
  ask(): void {
    const way = this.live.given();
    if (way === undefined) return;
    this.waiting++;
    void way.then(() => this.waiting--);
  }
}

async function turns(count = 3): Promise<void> {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve));
}

describe('the right of way', () => {
  it('is free while nothing is live', async () => {
    const { live, clock } = new Rig();
    expect(live.given()).toBeUndefined();
    live.enter();
    live.leave();
    await turns(1);
    expect(live.given()).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('is in use for a second after something has entered, as far as anybody looked', async () => {
    const { live, clock } = new Rig();
    expect(live.inUse()).toBe(false);
    live.enter();
    live.leave();
    expect(live.inUse()).toBe(true);
    await clock.advance(999);
    expect(live.inUse()).toBe(true);
    live.enter();
    expect(live.inUse()).toBe(true);
    await clock.advance(1_000);
    expect(live.inUse()).toBe(false);
  });

  it('is kept until what leaves has sent its acknowledgement', async () => {
    const rig = new Rig();
    const order: string[] = [];
    const go = async () => {
      await rig.live.given();
      order.push('work');
    };
    rig.live.enter();
    // Work that is about to ask when the message becomes durable.
    setImmediate(() => void go());
    setImmediate(() => order.push('acknowledged'));
    rig.live.leave();
    await turns();
    expect(order).toEqual(['acknowledged', 'work']);
  });

  it('is given to one after the other, a turn each', async () => {
    const rig = new Rig();
    rig.live.enter();
    for (let n = 0; n < 3; n++) rig.ask();
    rig.live.leave();
    const left: number[] = [];
    for (let turn = 0; turn < 4; turn++) {
      await turns(1);
      left.push(rig.waiting);
    }
    expect(left).toEqual([2, 1, 0, 0]);
  });

  it('comes back when the last of what is live has left, and leaves no timer', async () => {
    const rig = new Rig();
    rig.live.enter();
    rig.live.enter();
    rig.ask();
    rig.ask();
    rig.live.leave();
    await turns();
    expect(rig.waiting).toBe(2);
    rig.live.leave();
    expect(rig.waiting).toBe(2);
    await turns();
    expect([rig.waiting, rig.clock.pending]).toEqual([0, 0]);
  });

  it('does not come back for one that has left when another has come meanwhile', async () => {
    const rig = new Rig();
    rig.live.enter();
    rig.ask();
    rig.live.leave();
    rig.live.enter();
    await turns();
    expect(rig.waiting).toBe(1);
    rig.live.leave();
    await turns();
    expect(rig.waiting).toBe(0);
  });

  it('is waited for a few milliseconds at most, and then not again for as long', async () => {
    const rig = new Rig();
    rig.live.enter();
    rig.ask();
    await rig.clock.advance(LONGEST - 1);
    await turns();
    expect(rig.waiting).toBe(1);
    await rig.clock.advance(1);
    await turns();
    expect(rig.waiting).toBe(0);
    await rig.clock.advance(EARNED - 1);
    expect(rig.live.given()).toBeUndefined();
    await rig.clock.advance(1);
    rig.ask();
    expect(rig.waiting).toBe(1);
  });

  it('never holds work for longer than its bound, whatever comes and goes', async () => {
    const step = fc.constantFrom('enter' as const, 'leave' as const, 'ask' as const, 'ms' as const);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const rig = new Rig();
        let live = 0;
        for (const one of steps) {
          if (one === 'enter') live++;
          if (one === 'leave' && live === 0) continue;
          if (one === 'leave') live--;
          if (one === 'ask') rig.ask();
          else if (one === 'ms') await rig.clock.advance(1);
          else rig.live[one]();
        }
        await rig.clock.advance(LONGEST);
        await turns();
        expect(rig.waiting).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});
