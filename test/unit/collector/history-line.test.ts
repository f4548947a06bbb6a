/** History in its line: order, slices, and what happens when it is full or the disk is slow. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryLine } from '../../../collector/work/history-line.ts';
import { LiveFirst } from '../../../collector/work/live-first.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const SLICE = 16;

interface Message {
  readonly n: number;
  readonly payload: Uint8Array;
}

/** The line in front of a disk that takes what the test lets it take. */
class Rig {
  readonly clock = new FakeClock();
  readonly live = new LiveFirst(this.clock);
  readonly handled: number[] = [];
  readonly released: number[] = [];
  underWay = 0;
  full = false;
  emptied = 0;
  readonly line = new HistoryLine<Message>({
    clock: this.clock,
    handle: ({ n }) => {
      this.handled.push(n);
      // Every seventh is a repeat.
      if (n % 7 === 0) return;
      this.underWay++;
      this.line.begun(100);
    },
    rightOfWay: this.live,
    full: () => this.full,
    empty: () => void this.emptied++,
  });

  take(n: number, bytes = 10): void {
    void this.line.take({ n, payload: new Uint8Array(bytes) })?.then(() => this.released.push(n));
  }

  durable(): void {
    for (; this.underWay > 0; this.underWay--) this.line.ended();
  }

  async turns(count = 4): Promise<void> {
    for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve));
  }
}

const upTo = (most: number) => Array.from({ length: most }, (_, n) => n + 1);

describe('the line of history', () => {
  it('handles a slice at once and the next one when the last is durable', async () => {
    const rig = new Rig();
    for (const n of upTo(40)) rig.take(n);
    expect(rig.handled).toEqual(upTo(SLICE));
    await rig.turns();
    expect(rig.handled).toEqual(upTo(SLICE));
    rig.durable();
    expect(rig.handled).toEqual(upTo(SLICE));
    await rig.turns();
    expect(rig.handled).toEqual(upTo(2 * SLICE));
    expect([rig.line.length, rig.emptied]).toEqual([8, 0]);
    rig.durable();
    await rig.turns();
    expect(rig.handled).toEqual(upTo(40));
    expect([rig.line.length, rig.emptied]).toEqual([0, 1]);
  });

  /** Takes more than a slice, which is durable after `tookMs`. */
  async function firstSlice(rig: Rig, tookMs: number): Promise<void> {
    for (const n of upTo(40)) rig.take(n);
    await rig.turns();
    await rig.clock.advance(tookMs);
    rig.durable();
    await rig.turns();
  }

  async function expectRest(rig: Rig, ms: number): Promise<void> {
    await rig.clock.advance(ms - 0.5);
    await rig.turns();
    expect(rig.handled).toEqual(upTo(SLICE));
    await rig.clock.advance(0.5);
    await rig.turns();
    expect(rig.handled).toEqual(upTo(2 * SLICE));
  }

  it('rests for as long as a slice took, when more waits', async () => {
    const rig = new Rig();
    await firstSlice(rig, 2);
    await expectRest(rig, 2);
  });

  it('rests sixteen times as long when something live came within a second', async () => {
    const rig = new Rig();
    rig.live.enter();
    rig.live.leave();
    await firstSlice(rig, 2);
    await expectRest(rig, 32);
  });

  it('rests no longer than a slice took, whatever is live, when much waits', async () => {
    const rig = new Rig();
    rig.live.enter();
    rig.live.leave();
    for (const n of upTo(40)) rig.take(n, 512 * 1024);
    await rig.turns();
    await rig.clock.advance(2);
    rig.durable();
    await rig.turns();
    await expectRest(rig, 2);
  });

  it('needs no rest from what the disk took', async () => {
    const rig = new Rig();
    await firstSlice(rig, 9);
    await expectRest(rig, 2.5);
  });

  it('begins no slice while something live is under way, but for a while only', async () => {
    const rig = new Rig();
    for (const n of upTo(60)) rig.take(n);
    await rig.turns();
    rig.live.enter();
    rig.durable();
    await rig.turns();
    expect(rig.handled).toEqual(upTo(SLICE));
    rig.live.leave();
    await rig.turns();
    expect(rig.handled).toEqual(upTo(2 * SLICE));
    rig.live.enter();
    rig.durable();
    await rig.turns();
    await rig.clock.advance(5);
    await rig.turns();
    expect(rig.handled).toEqual(upTo(3 * SLICE));
  });

  it('gives a slow disk one more slice after a while', async () => {
    const rig = new Rig();
    for (const n of upTo(60)) rig.take(n);
    await rig.turns();
    await rig.clock.advance(9);
    await rig.turns();
    expect(rig.handled).toEqual(upTo(SLICE));
    await rig.clock.advance(1);
    await rig.turns();
    expect(rig.handled).toEqual(upTo(2 * SLICE));
  });

  it('waits while there is no room, and looks again', async () => {
    const rig = new Rig();
    rig.full = true;
    for (const n of upTo(3)) rig.take(n);
    await rig.turns();
    await rig.clock.advance(100);
    await rig.turns();
    expect(rig.handled).toEqual([]);
    rig.full = false;
    await rig.clock.advance(10);
    await rig.turns();
    expect(rig.handled).toEqual(upTo(3));
  });

  it('lets the PUBACK of what it has no room for wait until it was handled', async () => {
    const rig = new Rig();
    for (const n of upTo(20)) rig.take(n, 1024 * 1024);
    await rig.turns();
    expect(rig.line.length).toBe(4);
    for (const n of upTo(14)) rig.take(20 + n, 1024 * 1024);
    await rig.turns();
    expect(rig.released).toEqual([]);
    rig.durable();
    await rig.turns();
    expect(rig.handled).toEqual(upTo(32));
    expect(rig.released).toEqual([32]);
    rig.durable();
    await rig.turns();
    expect(rig.released).toEqual([32, 33, 34]);
  });

  it('handles all once and in order, never more than a slice in a turn', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('take' as const), count: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ do: fc.constantFrom('durable' as const, 'turn' as const, 'tick' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const rig = new Rig();
        let taken = 0;
        for (const one of steps) {
          const before = rig.handled.length;
          if (one.do === 'take') for (let n = 0; n < one.count; n++) rig.take(++taken);
          else if (one.do === 'durable') rig.durable();
          else if (one.do === 'tick') await rig.clock.advance(10);
          else await rig.turns(1);
          expect(rig.handled.length - before).toBeLessThanOrEqual(SLICE);
        }
        while (rig.line.length > 0) {
          rig.durable();
          await rig.clock.advance(10);
          await rig.turns(3);
        }
        expect(rig.handled).toEqual(upTo(taken));
      }),
      { numRuns: 60 },
    );
  });
});
